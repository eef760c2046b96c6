# Machine-made: no native has read it yet.

## Reports: messages, first answers, chats without an answer

reports-cut = Só são contadas as últimas { $count } mensagens, desde { $stamp }. Escolha uma fonte ou menos dias.
reports-too-long = Um relatório abrange no máximo { $days } dias. São mostrados os últimos dias do seu período.
reports-first-answer = Primeira resposta, normalmente
reports-first-answer-note =
    { $count ->
        [one] { $count } resposta, os 5% mais lentos em mais de { $most }
       *[other] { $count } respostas, os 5% mais lentos em mais de { $most }
    }
reports-no-answers = Sem respostas neste período
reports-unanswered = Chats sem resposta
reports-unanswered-title =
    { $count ->
        [0] Chats sem resposta
       *[other] Chats sem resposta: { $count }
    }
reports-unanswered-longest = O mais longo: { $delay }
reports-unanswered-more = São mostrados os { $count } chats que esperam há mais tempo. O resto está no arquivo.
reports-all-answered = Todos os clientes receberam resposta.
reports-by-source = Mensagens por fonte
reports-by-manager = Mensagens por atendente
reports-manager-unknown = Usuário desconhecido { $id }
reports-manager-erased = O remetente não é mais guardado
reports-no-managers = Nenhuma mensagem foi enviada a clientes pelo { $crm } neste período.
reports-col-answer = Primeira resposta: habitual / lenta
reports-col-since = O cliente escreveu
reports-col-waits = Espera há
reports-hours-alt = Mensagens por hora do dia. Máximo em uma hora: { $most }, desde { $when }.
reports-week = Quando os clientes escrevem
reports-weekday =
    { $day ->
        [0] seg
        [1] ter
        [2] qua
        [3] qui
        [4] sex
        [5] sáb
       *[6] dom
    }
reports-download = Baixar como CSV
reports-file-sources = Por fonte
reports-file-managers = Por atendente
reports-file-hours = Por hora
reports-file-unanswered = Chats sem resposta
reports-how = Os dias e as horas são do fuso horário da conta. Um cliente espera desde a primeira mensagem sem resposta até que um usuário do { $crm } responda; respostas de bots não contam.
