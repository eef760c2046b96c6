# Machine-made: no native has read it yet.

## Overview: health and ledger

health-all-good =
    { $count ->
        [1] A fonte funciona
        [2] As duas fontes funcionam
       *[other] Todas as { $count } fontes funcionam
    }.
health-some-bad =
    { $bad ->
        [one] { $bad } fonte requer atenção
       *[other] { $bad } fontes requerem atenção
    }.
health-some =
    { $count ->
        [one] { $count } problema requer atenção
       *[other] { $count } problemas requerem atenção
    }.
health-late =
    { $count ->
        [one] { $count } mensagem espera há mais de { $delay }
       *[other] { $count } mensagens esperam há mais de { $delay }
    }.
health-stopped = { $cause }: as mensagens esperam
health-stopped-source = { $name }: as mensagens estão paradas
health-access-refused =
    { $messenger } não aceita mais o acesso salvo. As respostas são guardadas e saem quando você conectar de novo: { $count ->
        [one] { $count } espera
       *[other] { $count } esperam
    }.
health-stopped-sources =
    { $count ->
        [one] { $count } fonte
       *[other] { $count } fontes
    }: as mensagens estão paradas
health-more =
    { $count ->
        [one] Mais { $count } problema
       *[other] Mais { $count } problemas
    }
health-our-side = Do recebimento à primeira tentativa, os 5% mais lentos: mais de { $delay }
health-oldest-waiting = Maior espera: { $delay }
health-nothing-waiting = Nada está esperando
health-over = { $side } não respondeu de { $from } a { $until }, cerca de { $delay }. Já responde.
health-next = Próxima tentativa às { $clock }.
ledger-title = Todas as mensagens contabilizadas
ledger-figure-accepted = { $count } aceitas
ledger-figure-delivered = { $count } entregues
ledger-figure-failed = { $count } com falha
ledger-figure-waiting = { $count } em espera
ledger-balanced = Confere · verificado { $time }
ledger-gap = Os números diferem em { $gap }. O suporte já sabe; você não precisa fazer nada.
ledger-empty = Não há mensagens neste período.
health-no-data = Sem solicitações
ledger-direction-to_crm = Dos clientes
ledger-direction-to_messenger = Aos clientes
overview-sides = Solicitações desde { $time }
overview-side = Conexão
overview-side-usual = Resposta habitual
overview-side-slow = Os 5% mais lentos, desde
overview-side-errors = Erros
overview-side-received = Mensagens recebidas
overview-period = Período
overview-period-today = 24 horas
overview-period-7 = 7 dias
overview-period-30 = 30 dias
overview-days = Mensagens por dia
overview-table = Mostrar como tabela
overview-day = Dia
overview-failed = Não entregues
health-side-failing = { $side }: { $failed } de { $all } solicitações desde { $time } falharam ({ $percent }%).
health-side-failed-last = A última falha foi { $time }.
health-undelivered =
    { $count ->
        [one] { $count } mensagem não foi entregue
       *[other] { $count } mensagens não foram entregues
    }.
health-waiting-sources =
    { $count ->
        [one] Fonte afetada:
       *[other] Fontes afetadas:
    }

## The figures of 24 hours, and the chart

overview-last-day = Últimas 24 horas
overview-hours = Mensagens por hora
overview-hour = Hora
overview-times = Entrega: habitual / lenta
overview-last-message = Última mensagem
overview-sources-caption = Fontes: estado, mensagens ({ $period }), tempo de entrega em 24 horas, última mensagem
overview-deleted-sources = Fontes excluídas
ledger-days = Desde { $stamp }
chart-values = { $when }: { $came } de clientes, { $went } a clientes, { $failed } não entregues
chart-alt-hours = Mensagens por hora: { $came } de clientes, { $went } a clientes, { $failed } não entregues. Máximo em uma hora: { $most }, desde { $when }.
chart-alt-days = Mensagens por dia: { $came } de clientes, { $went } a clientes, { $failed } não entregues. Máximo em um dia: { $most }, em { $when }.
figure-messages = Mensagens, últimas 24 horas
figure-messages-usual = { $count } por dia em média nesta semana
figure-messages-first = Ainda sem média: é a primeira semana
figure-delivered = Entregues, últimas 24 horas
figure-delivered-goal = Meta: { $percent }% ou mais
figure-delivered-overdue =
    { $count ->
        [one] { $count } espera há mais de { $delay } e conta como não entregue
       *[other] { $count } esperam há mais de { $delay } e contam como não entregues
    }
figure-time = Tempo de entrega, últimas 24 horas
figure-time-goal = 95 de cada 100 chegam neste tempo. Meta: { $delay } ou menos
figure-undelivered = Não entregues, no total
figure-waiting = { $count } em espera, a mais antiga { $delay }
figure-spark = { $figure }, por hora: de { $least } a { $most }

## First steps

start-title = Primeiros passos
start-done = { $done } de { $all } prontos
start-connect = Conectar o { $crm }
start-connect-todo = O Parom não tem acesso à conta agora. A página da conta explica o que fazer.
start-source = Adicionar uma fonte
start-source-todo = Conecte um app de mensagens ou coloque um chat no seu site.
start-message = Enviar uma mensagem de teste
start-message-todo = Escreva para a fonte como cliente: a mensagem aparece no { $crm }.
start-team = Convidar um colega
start-team-todo = Duas pessoas percebem um problema mais cedo.
start-alerts = Ativar os alertas por e-mail
start-alerts-todo = Adicione um endereço para saber dos problemas antes dos seus clientes.
