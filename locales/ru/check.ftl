## CLI: parom connector check (ok / FAIL and the names of checks are not translated)

check-summary =
    { $checks ->
        [one] { $checks } проверка
        [few] { $checks } проверки
        [many] { $checks } проверок
       *[other] { $checks } проверки
    }, { $failures ->
        [0] ошибок нет
        [one] { $failures } ошибка
        [few] { $failures } ошибки
        [many] { $failures } ошибок
       *[other] { $failures } ошибки
    }
check-answered = ответ { $status } за { $ms } мс
check-refused = отказ { $status } за { $ms } мс
check-not-begun = отказ { $status } за { $ms } мс: этот мессенджер не даёт менеджеру писать первым
check-many =
    { $count ->
        [one] { $count } одновременный вебхук принят, самый долгий
        [few] { $count } одновременных вебхука приняты, самый долгий
        [many] { $count } одновременных вебхуков принято, самый долгий
       *[other] { $count } одновременного вебхука принято, самый долгий
    } за { $ms } мс
check-took-forged = ответ { $status }: принято то, чего Паром не отправлял
check-two-ids = повтор стал другим сообщением: { $one }, затем { $other }
check-answer-long = ответ длиннее { $most } КиБ
check-answer-field = поле { $field } ответа нельзя использовать
check-rule-taken = сохраните событие, ответьте 2xx за 15 секунд, обработайте потом; другой 4xx делает сообщение недоставленным, после 5xx Паром повторит
check-rule-address = нужен https с сертификатом общедоступного центра, порт 443 или от 1024
check-rule-secret = ключ — это весь webhook_secret источника, вместе с whsec_
check-rule-redirect = Паром не ходит по перенаправлениям: укажите в webhook_url конечный адрес
check-rule-locked = 401, 403 и 410 ставят источник на паузу до решения человека: отвечайте так только на чужую подпись или чтобы больше ничего не получать
check-rule-answer = читаются не больше 64 КиБ; id, conversation.id и receiver.id — строки или целые числа до 255 байт, status — sent, delivered, read или failed, error — объект с code
check-rule-repeat = у повтора тот же webhook-id, что у первой попытки: ответьте так же и покажите сообщение один раз
check-rule-unknown = незнакомые типы и поля — из будущих версий: ответьте 2xx и пропустите их
check-rule-rotation = в webhook-signature может быть несколько подписей через пробел: достаточно одной верной
check-rule-forged = сверьте подпись над id.timestamp.body, тело — байт в байт, как пришло, и на всё остальное отвечайте 401
check-rule-fresh = отвечайте 401, если webhook-timestamp расходится с вашими часами больше чем на пять минут
