## Что стоит в сообщении вместо того, чего мессенджер не знает

carried-forward = Пересланное сообщение:
carried-forward-of = Переслано от { $name }:
carried-location = Место на карте: { $map }
carried-contact = Контакт: { $name }, { $phone }
carried-signed = { $name }:
carried-unknown = [Сообщение неизвестного вида: { $kind }]

## Почему сообщение не доставлено: текст для менеджера в чате

failure-conversation_deleted = Клиент удалил чат.
failure-recipient_blocked = Клиент заблокировал бота или удалил чат.
failure-source_disconnected = Источник этого чата больше не подключён.
failure-internal = Паром не смог доставить сообщение.
failure-recipient_unreachable = Клиент недоступен в этом мессенджере.
failure-unsupported = Мессенджер не поддерживает сообщения этого типа.
failure-writing_first = Здесь нельзя написать первым. Ответьте, когда клиент напишет.
failure-marketing_stopped = Клиент отказался от рекламы. Отправьте сервисный шаблон.
failure-window_closed = Время свободных сообщений истекло.
failure-template-waiting = Шаблон «{ $template }» ещё не дошёл до мессенджера. Его можно отправить после одобрения.
failure-template-review = Шаблон «{ $template }» на проверке. Его можно отправить после одобрения.
failure-template-rejected = Мессенджер отклонил шаблон «{ $template }». Выберите другой.
failure-template-paused = Мессенджер остановил шаблон «{ $template }». Выберите другой.
failure-template-disabled = Мессенджер отключил шаблон «{ $template }». Выберите другой.
failure-template-deleted = Шаблон «{ $template }» удалён в мессенджере. Выберите другой.
failure-template-unknown = Мессенджер не одобрял шаблон с таким текстом. Выберите одобренный.
failure-window_closed-over-template = С последнего сообщения клиента прошло больше { $time }. Отправьте одобренный шаблон.
failure-window_closed-over = С последнего сообщения клиента прошло больше { $time }. Ответить можно, когда клиент напишет снова.
failure-window_closed-unheard-template = Клиент ещё не писал сюда. Можно отправить только одобренный шаблон.
failure-window_closed-unheard = Клиент ещё не писал сюда. Ответить можно, когда клиент напишет.
failure-window_closed-hours =
    { $hours ->
        [one] { $hours } часа
       *[other] { $hours } часов
    }
failure-rejected = Мессенджер не принял сообщение.
failure-rejected-with = Мессенджер не принял сообщение: его ответ — { $status }.
failure-writes-elsewhere = У клиента есть чат в «{ $source }». Напишите ему оттуда.
failure-no-phone = Телефон не указан: некому писать.
failure-phone-ambiguous = { $phone } — возможно, номер одной из двух стран. Запишите его с + и кодом страны.
failure-empty = В сообщении нет текста.
failure-found-late = Сообщение найдено поздно. Оно ждёт, пока его отправят или уберут.
failure-found-dropped = Сообщение дошло до Парома поздно, и его решили не отправлять.
failure-no-longer-true = Автоответ не отправлен: пока он ждал, рабочее время началось.
failure-other = Сообщение не доставлено.

crm-chat-blocked = [Клиент заблокирован: { $who }. То, что он пишет, сохраняется, но здесь не показывается]
crm-chat-unblocked = [Клиент разблокирован: { $who }. Новые сообщения снова показываются здесь]
