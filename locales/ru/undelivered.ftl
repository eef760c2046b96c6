## Undelivered

undelivered-empty = Здесь нет сообщений, которые ждут решения.
undelivered-empty-title = Отправлять ещё раз нечего
undelivered-failed-later =
    { $count ->
        [one] { $count } сообщение не доставлено, хотя мессенджер его принял
        [few] { $count } сообщения не доставлены, хотя мессенджер их принял
        [many] { $count } сообщений не доставлены, хотя мессенджер их принял
       *[other] { $count } сообщения не доставлены, хотя мессенджер их принял
    }
undelivered-failed-later-hint = Паром не может отправить их ещё раз: напишите клиентам снова или в другом мессенджере.
undelivered-intro = Паром больше не пытается доставить эти сообщения.
undelivered-intro-again = Отправьте их ещё раз или удалите.
undelivered-count =
    { $count ->
        [one] { $count } недоставленное
        [few] { $count } недоставленных
        [many] { $count } недоставленных
       *[other] { $count } недоставленного
    }
undelivered-others =
    { $count ->
        [one] и { $count } правка, статус или реакция
        [few] и { $count } правки, статуса или реакции
        [many] и { $count } правок, статусов или реакций
       *[other] и { $count } правки, статуса или реакции
    }
undelivered-retry-selected =
    { $count ->
        [one] Отправить { $count } ещё раз
        [few] Отправить { $count } ещё раз
        [many] Отправить { $count } ещё раз
       *[other] Отправить { $count } ещё раз
    }
undelivered-retry-confirm =
    Отправить { $count ->
        [one] { $count } сообщение ещё раз? Порядок в чате
        [few] { $count } сообщения ещё раз? Порядок в чатах
        [many] { $count } сообщений ещё раз? Порядок в чатах
       *[other] { $count } сообщения ещё раз? Порядок в чатах
    } сохранится. { $maybe ->
        [0] Дважды ничего не придёт
        [one] Дважды может прийти { $maybe }
        [few] Дважды могут прийти { $maybe }
        [many] Дважды могут прийти { $maybe }
       *[other] Дважды могут прийти { $maybe }
    }.
undelivered-drop-selected =
    { $count ->
        [one] Удалить { $count }
        [few] Удалить { $count }
        [many] Удалить { $count }
       *[other] Удалить { $count }
    }
undelivered-by-reason = По причинам
undelivered-col-reason = Причина
undelivered-all = Выбрать все по фильтру
undelivered-choose = Выбрать
undelivered-choose-one = Выбрать: { $name }
undelivered-retry-chosen = Отправить выбранные ещё раз
undelivered-drop-chosen = Удалить выбранные
undelivered-csv = Скачать CSV
undelivered-none-chosen = Ничего не выбрано. Отметьте строки или «Выбрать все по фильтру».
undelivered-retry-title = Отправить ещё раз?
undelivered-drop-title = Удалить из «Недоставленного»?
undelivered-drop-confirm =
    { $count ->
        [one] { $count } сообщение не будет доставлено, отправить его
        [few] { $count } сообщения не будут доставлены, отправить их
        [many] { $count } сообщений не будут доставлены, отправить их
       *[other] { $count } сообщения не будут доставлены, отправить их
    } отсюда больше нельзя. В { $crm } ничего не изменится.
undelivered-rate = { $rate } в секунду, в фоне. Остановить можно в любой момент.
undelivered-retrying = Отправляется ещё раз: { $done } из { $total }
undelivered-dropping = Удаляется: { $done } из { $total }
undelivered-stop = Остановить
undelivered-stopped = Остановлено. Остальное осталось в недоставленном.
undelivered-over = Уже завершено.
undelivered-retried =
    { $count ->
        [0] Отправлять было уже нечего.
        [one] { $count } сообщение снова в очереди.
        [few] { $count } сообщения снова в очереди.
        [many] { $count } сообщений снова в очереди.
       *[other] { $count } сообщения снова в очереди.
    }
undelivered-dropped =
    { $count ->
        [0] Удалять было уже нечего.
        [one] Удалено { $count } сообщение.
        [few] Удалено { $count } сообщения.
        [many] Удалено { $count } сообщений.
       *[other] Удалено { $count } сообщения.
    }
undelivered-retry-again =
    { $count ->
        [one] { $count } из них снова не дойдёт
        [few] { $count } из них снова не дойдут
        [many] { $count } из них снова не дойдут
       *[other] { $count } из них снова не дойдут
    }, пока причина остаётся: { $reasons }.
undelivered-outcome =
    Отправлено ещё раз { $time }: доставлено { $delivered }, снова не доставлено { $failed }{ $waiting ->
        [0] .
       *[other] , ещё ждёт { $waiting }.
    }
