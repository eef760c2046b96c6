# Machine-made: no native has read it yet.

## States: source

source-state-working = Funcionando
source-state-working-hint = Última mensagem ou teste: { $time }.
source-state-working-unproved = Ainda não há mensagens nem testes.
source-state-untested = Ainda não testada
source-state-checking = Verificando
source-state-checking-hint = Aguardando a primeira confirmação do app de mensagens. Costuma levar menos de um minuto.
source-state-needs_attention = Requer atenção
source-state-needs_attention-hint = É preciso corrigir: { $reason }
source-state-stopped = Parada
source-state-stopped-hint = O app de mensagens não aceita mais o acesso salvo. As mensagens dos atendentes esperam aqui e não se perdem. Conecte a fonte novamente.
source-state-paused = Pausada
source-state-paused-hint = Pausada desde { $stamp } por { $name }. As mensagens são recebidas e esperam; nada é entregue até você ativar.
source-state-unpaid = Não pago
source-state-unpaid-hint =
    { $payer } recusa mensagens até ser pago. As novas mensagens são guardadas por { $days ->
        [one] { $days } dia
       *[other] { $days } dias
    }.
source-state-blocked = Bloqueada pelo app de mensagens
source-state-blocked-hint = O app de mensagens bloqueou este número ou bot. Nada é enviado nem recebido. O motivo está no aviso do próprio app de mensagens.
source-state-crm_unreachable = O { $crm } não responde
source-state-crm_unreachable-hint = As mensagens dos clientes são recebidas e esperam. O Parom tenta novamente de forma automática; você não precisa fazer nada.
source-state-shadow = Em paralelo com outro serviço
source-state-shadow-hint = O outro serviço tem a linha. Nada é enviado aos clientes nem ao { $crm }.

## States: account (tenant)

tenant-state-provisioning = Em configuração
tenant-state-provisioning-hint = O { $crm } permitiu o acesso e o Parom está terminando a configuração. Costuma levar menos de um minuto.
tenant-state-awaiting_credentials = Falta entrar
tenant-state-awaiting_credentials-hint = Insira seu usuário e sua senha no widget. Até lá o canal não está conectado e nenhuma mensagem é entregue.
tenant-state-active = Conectada
tenant-state-active-hint = O acesso é válido e o canal está conectado.
tenant-state-needs_reauth = Acesso perdido
tenant-state-needs_reauth-hint = O { $crm } não aceita mais o acesso que concedeu. As mensagens continuam nos dois sentidos; fontes, funis, modelos e vínculos com contatos não podem ser alterados. Autorize novamente: fontes e chats ficam.
tenant-state-needs_reauth-cut_off-hint = O { $crm } não aceita mais o acesso que concedeu e desconectou o canal de chats. As mensagens dos clientes são recebidas e esperam aqui. Autorize novamente: fontes e chats ficam.
tenant-state-unpaid = O { $crm } não está pago
tenant-state-unpaid-hint =
    O { $crm } não está pago e pode recusar mensagens. As mensagens recusadas dos clientes são guardadas por { $days ->
        [one] { $days } dia
       *[other] { $days } dias
    } e entregues em ordem depois do pagamento.
tenant-state-blocked = Bloqueada pelo { $crm }
tenant-state-blocked-hint = O { $crm } recusa todas as solicitações desta conta. As mensagens esperam aqui. Escreva ao suporte: o texto para o { $crm } está pronto.
tenant-state-suspended = Suspensa
tenant-state-suspended-hint = Esta conta está suspensa. As mensagens são recebidas e esperam, mas não são entregues. Escreva ao suporte.
tenant-suspended-reason = Motivo: { $reason }
tenant-state-plan_ended = Assinatura encerrada
tenant-state-plan_ended-hint = A assinatura do serviço terminou em { $date }. As mensagens são recebidas e esperam; a entrega é retomada após a renovação. Escreva ao suporte.
tenant-state-disconnected = Não conectada
tenant-state-disconnected-hint = O canal de chats está desconectado e nenhuma mensagem é entregue. As fontes são mantidas: conecte novamente e elas são retomadas.
tenant-state-uninstalled = Desconectada
tenant-state-uninstalled-hint = A integração está desativada no { $crm }. Nenhuma mensagem é entregue. As chaves de acesso são apagadas em 24 horas; fontes, chats e o registro ficam.

## States: channel connection

channel-state-connecting = Conectando
channel-state-connected = Conectado
channel-state-disconnected = Não conectado
channel-state-not_allowed = Não permitido
channel-state-misconfigured = Assinatura recusada

## States: message

message-state-queued = Na fila
message-state-sent = Enviada
message-state-delivered = Entregue
message-state-read = Lida
message-state-failed = Com falha
message-state-held = Retida
message-state-shadow = Apenas vista
message-state-blocked = Cliente bloqueado
message-state-held-chat = Conversa retida
message-late = Chegou atrasada, { $delay } depois de escrita. { $why }
message-maybe-twice = O cliente pode ter recebido duas vezes
message-found-in-history = Encontrada no histórico do { $crm }: o Parom não soube a tempo
message-deleted-by-customer = Excluída pelo cliente

## States: token

token-state-valid = Válido
token-state-refreshing = Em renovação
token-state-expiring = Vence em breve
token-state-refresh_failing = A renovação está atrasada
token-state-expired = Vencido
token-state-revoked = Revogado
token-state-missing = Não concedido

## States: letter and undelivered (dead letter)

letter-state-retrying = Será tentado novamente
letter-state-sending = Em envio
letter-state-checking_outcome = O resultado está sendo verificado
letter-state-done = Pronto
letter-state-dead = Não entregue
letter-kind-message = Mensagem
letter-kind-edit = Edição
letter-kind-status = Status
letter-kind-typing = Digitando
letter-kind-reaction = Reação
letter-kind-import = Página de importação
letter-kind-resend = Webhook enviado novamente
letter-kind-chat = Chat sem mensagem

## States: import

import-state-ready = Pronta para começar
import-state-columns = Escolha as colunas
import-state-queued = Na fila
import-state-counted = Verificada
import-state-running = Em andamento
import-state-paused = Em pausa
import-state-done = Terminada
import-state-done_with_skips = Terminada, com omissões
import-state-failed = Parada por um erro
import-state-cancelled = Cancelada

## States: webhook endpoint

webhook-state-untested = Não testado
webhook-state-working = Responde
webhook-state-failing = Com falhas
webhook-state-suspended = Suspenso
webhook-state-disabled = Desativado
webhook-state-failing-hint =
    { $total ->
        [1] A última entrega falhou
       *[other] { $failed } das últimas { $total } entregas falharam
    }. As mensagens não se perdem: o Parom tenta novamente e passa para “Não entregues” as que não consegue entregar.
webhook-state-waiting =
    { $waiting ->
        [one] { $waiting } mensagem espera por este endereço.
       *[other] { $waiting } mensagens esperam por este endereço.
    }
webhook-state-suspended-hint = Nenhuma entrega deu certo em 24 horas. As mensagens esperam aqui. Corrija o endereço e clique em “Testar e ativar”.
webhook-state-disabled-hint = Desativado após 5 dias sem resposta. Os eventos pendentes estão em “Não entregues”.

## States: alert, template, key, member

alert-state-open = Aberto
alert-state-acknowledged = { $name } está cuidando disso
alert-state-resolved = Resolvido
alert-state-muted = Silenciado até { $stamp }
template-state-draft = Rascunho
template-state-review = Em revisão
template-state-approved = Aprovado
template-state-rejected = Rejeitado
template-state-paused = Pausado pelo WhatsApp
template-state-plain = Pronto
key-state-active = Ativa
key-state-revoked = Revogada
member-state-invited = Com convite
member-state-active = Com acesso
member-state-disabled = Sem acesso

## The end of a subscription, above every page

plan-notice-trial = O período de teste termina em { $date }. As mensagens são entregues até { $until }; depois são recebidas e esperam.
plan-notice-ending = A assinatura deste serviço termina em { $date }. As mensagens são entregues até { $until }; depois são recebidas e esperam.
plan-notice-grace = A assinatura deste serviço terminou em { $date }. As mensagens são entregues até { $until }; depois são recebidas e esperam até que seja renovada.
plan-notice-ended = A assinatura deste serviço terminou em { $date }. As mensagens são recebidas e esperam; a entrega é retomada após a renovação.

## A limit that is nearly used up, or is, above every page

limit-notice-sources-near = Fontes em uso: { $used } de { $most }. Além disso não é possível adicionar nenhuma; as que você tem continuam funcionando. Para ter mais, escreva ao suporte.
limit-notice-sources-reached = Todas as fontes estão em uso: { $used } de { $most }. Não é possível adicionar nenhuma; as que você tem continuam funcionando. Para ter mais, escreva ao suporte.
limit-notice-messages-near = Mensagens deste mês: { $used } das { $most } do plano. As que passarem disso também são entregues e contadas. Para um plano maior, escreva ao suporte.
limit-notice-messages-reached = As mensagens deste mês se esgotaram: { $used } das { $most } do plano. As que passarem disso também são entregues e contadas. Para um plano maior, escreva ao suporte.
limit-notice-stored-near = Armazenamento: { $used } de { $most } em uso. Quando ficar cheio, as mensagens que seus programas enviarem pela API serão recusadas; as demais serão entregues. Para ter mais espaço, escreva ao suporte.
limit-notice-stored-reached = O armazenamento está cheio: { $used } de { $most }. As mensagens que seus programas enviam pela API são recusadas; as demais são entregues. Para ter mais espaço, escreva ao suporte.
limit-notice-files-near = Arquivos: { $used } de { $most } em uso. Quando o espaço acabar, uma linha substituirá cada arquivo novo; as mensagens serão entregues. Os arquivos mais antigos são excluídos sozinhos. Para ter mais espaço, escreva ao suporte.
limit-notice-files-reached = Os arquivos ocupam todo o espaço: { $used } de { $most }. Uma linha substitui cada arquivo novo; as mensagens são entregues. Os arquivos mais antigos são excluídos sozinhos. Para ter mais espaço, escreva ao suporte.
limit-notice-visitors-near = Arquivos dos visitantes do chat web: { $used } de { $most } em uso. Quando o espaço acabar, os visitantes não poderão enviar arquivos; as mensagens deles serão entregues. Os arquivos mais antigos são excluídos sozinhos. Para ter mais espaço, escreva ao suporte.
limit-notice-visitors-reached = Os arquivos dos visitantes do chat web ocupam todo o espaço: { $used } de { $most }. Os visitantes não podem enviar arquivos; as mensagens deles são entregues. Os arquivos mais antigos são excluídos sozinhos. Para ter mais espaço, escreva ao suporte.
limit-notice-imports-near = Importações em andamento: { $used } de { $most }. Além disso nenhuma pode ser iniciada até que uma termine ou seja cancelada.
limit-notice-imports-reached = Importações em andamento: { $used } de { $most }. A próxima poderá ser iniciada quando uma terminar ou for cancelada.
limit-notice-imports-size-near = Arquivos das importações em andamento: { $used } de { $most } em uso. Um arquivo que não couber será recusado até que uma importação termine ou seja cancelada.
limit-notice-imports-size-reached = Os arquivos das importações em andamento ocupam todo o espaço: { $used } de { $most }. O próximo arquivo será aceito quando uma importação terminar ou for cancelada.
