# Machine-made: no native has read it yet.

## Undelivered

undelivered-empty = Nenhuma mensagem espera aqui uma decisão.
undelivered-empty-title = Nada para enviar novamente
undelivered-failed-later =
    { $count ->
        [one] { $count } mensagem falhou depois de o app de mensagens aceitá-la
       *[other] { $count } mensagens falharam depois de o app de mensagens aceitá-las
    }
undelivered-failed-later-hint = O Parom não pode enviá-las novamente: escreva outra vez aos clientes ou use outro app de mensagens.
undelivered-intro = O Parom não tenta mais entregar estas mensagens.
undelivered-intro-again = Envie novamente ou remova.
undelivered-count =
    { $count ->
        [one] { $count } não entregue
       *[other] { $count } não entregues
    }
undelivered-others =
    { $count ->
        [one] e { $count } edição, estado ou reação
       *[other] e { $count } edições, estados ou reações
    }
undelivered-retry-selected =
    { $count ->
        [one] Enviar { $count } novamente
       *[other] Enviar { $count } novamente
    }
undelivered-retry-confirm =
    Enviar novamente { $count ->
        [one] { $count } mensagem
       *[other] { $count } mensagens
    }, na ordem dos chats? { $maybe ->
        [0] Nenhuma pode chegar duas vezes
        [one] { $maybe } pode chegar duas vezes
       *[other] { $maybe } podem chegar duas vezes
    }.
undelivered-drop-selected =
    { $count ->
        [one] Remover { $count }
       *[other] Remover { $count }
    }
undelivered-by-reason = Por motivo
undelivered-col-reason = Motivo
undelivered-all = Selecionar todas do filtro
undelivered-choose = Selecionar
undelivered-choose-one = Selecionar: { $name }
undelivered-retry-chosen = Enviar novamente as selecionadas
undelivered-drop-chosen = Remover as selecionadas
undelivered-csv = Baixar CSV
undelivered-none-chosen = Nada está selecionado. Selecione linhas ou “Selecionar todas do filtro”.
undelivered-retry-title = Enviar novamente?
undelivered-drop-title = Remover de “Não entregues”?
undelivered-drop-confirm =
    { $count ->
        [one] { $count } mensagem não será entregue e não poderá ser enviada
       *[other] { $count } mensagens não serão entregues e não poderão ser enviadas
    } novamente daqui. No { $crm } nada muda.
undelivered-rate = { $rate } por segundo, em segundo plano. Você pode parar a qualquer momento.
undelivered-retrying = Enviando novamente: { $done } de { $total }
undelivered-dropping = Removendo: { $done } de { $total }
undelivered-stop = Parar
undelivered-stopped = Parado. O resto continua não entregue.
undelivered-over = Já terminou.
undelivered-retried =
    { $count ->
        [0] Não restava nada para enviar novamente.
        [one] { $count } mensagem está na fila novamente.
       *[other] { $count } mensagens estão na fila novamente.
    }
undelivered-dropped =
    { $count ->
        [0] Não restava nada para remover.
        [one] { $count } mensagem foi removida.
       *[other] { $count } mensagens foram removidas.
    }
undelivered-retry-again =
    { $count ->
        [one] Do jeito que está, { $count } delas vai falhar novamente
       *[other] Do jeito que está, { $count } delas vão falhar novamente
    }: { $reasons }.
undelivered-outcome =
    Enviadas novamente { $time }: { $delivered } entregues, { $failed } com falha outra vez{ $waiting ->
        [0] .
       *[other] , { $waiting } ainda em espera.
    }
