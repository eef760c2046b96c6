# Machine-made: no native has read it yet.

### The public status page

status-title = { $name }: estado do serviço
status-all-ok = Tudo funciona.
status-all-untried = Nenhum problema conhecido. Algumas partes ainda não tiveram tráfego.
status-all-degraded = Algumas partes estão lentas ou falham para algumas contas.
status-all-down = Algumas partes não funcionam.
status-is-ok = Funciona
status-is-untried = Ainda sem tráfego
status-is-degraded = Lento ou com falhas para algumas contas
status-is-down = Não funciona
status-is-unknown = Sem dados
status-days = { $days } dias: { $good } sem problemas, { $bad } com problemas, { $unknown } sem dados
status-from = Há 90 dias
status-today = Hoje
status-since = desde { $time } UTC
status-receiving = Recebimento de mensagens
status-crm = Entrega ao { $crm }
status-messenger = Entrega: { $name }
status-panel = Painel
status-checked = Verificado às { $time } UTC. As mensagens que não podem ser entregues agora esperam e são entregues depois.
