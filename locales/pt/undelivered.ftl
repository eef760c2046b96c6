# Machine-made: no native has read it yet.

## Undelivered

undelivered-empty = Nenhuma mensagem espera aqui uma decisão.
undelivered-empty-title = Nada para enviar de novo
undelivered-failed-later =
    { $count ->
        [one] { $count } mensagem falhou depois de o mensageiro aceitá-la
       *[other] { $count } mensagens falharam depois de o mensageiro aceitá-las
    }
undelivered-failed-later-hint = O Parom não pode enviá-las de novo: escreva outra vez aos clientes ou por outro mensageiro.
undelivered-intro = Mensagens que o Parom parou de tentar. Envie de novo ou remova.
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
        [one] Enviar { $count } de novo
       *[other] Enviar { $count } de novo
    }
undelivered-retry-confirm =
    { $count ->
        [one] { $count } mensagem será enviada
       *[other] { $count } mensagens serão enviadas
    } de novo na ordem dos chats. { $maybe ->
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
undelivered-retry-chosen = Enviar de novo as selecionadas
undelivered-drop-chosen = Remover as selecionadas
undelivered-csv = Baixar CSV
undelivered-none-chosen = Nada está selecionado. Selecione linhas ou “Selecionar todas do filtro”.
undelivered-retry-title = Enviar de novo?
undelivered-drop-title = Remover de “Não entregues”?
undelivered-drop-confirm =
    { $count ->
        [one] { $count } mensagem não será entregue e não poderá ser enviada
       *[other] { $count } mensagens não serão entregues e não poderão ser enviadas
    } de novo daqui. No { $crm } nada muda.
undelivered-rate = { $rate } por segundo, em segundo plano. Você pode parar a qualquer momento.
undelivered-begun =
    { $count ->
        [one] Enviando { $count } mensagem de novo.
       *[other] Enviando { $count } mensagens de novo.
    }
undelivered-retrying = Enviando de novo: { $done } de { $total }
undelivered-dropping = Removendo: { $done } de { $total }
undelivered-stop = Parar
undelivered-stopped = Parado. O resto continua não entregue.
undelivered-over = Já terminou.
undelivered-retried =
    { $count ->
        [0] Não restava nada para enviar de novo.
        [one] { $count } mensagem está na fila de novo.
       *[other] { $count } mensagens estão na fila de novo.
    }
undelivered-dropped =
    { $count ->
        [0] Não restava nada para remover.
        [one] { $count } mensagem foi removida.
       *[other] { $count } mensagens foram removidas.
    }
undelivered-retry-again =
    { $count ->
        [one] Do jeito que está, { $count } delas vai falhar de novo
       *[other] Do jeito que está, { $count } delas vão falhar de novo
    }: { $reasons }.
undelivered-outcome =
    Enviadas de novo { $time }: { $delivered } entregues, { $failed } com falha outra vez{ $waiting ->
        [0] .
       *[other] , { $waiting } ainda em espera.
    }
