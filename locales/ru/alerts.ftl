## Alerts: subject and body

alert-source_stopped-subject = { $source } ({ $account }): остановлен, подключите заново
alert-source_stopped-body =
    Источник «{ $source }» не работает с { $stamp }: { $messenger } больше не принимает доступ. Причина: { $reason } Сообщения клиентов не приходят; { $waiting ->
        [0] ждущих сообщений нет
        [one] { $waiting } сообщение менеджеров ждёт
        [few] { $waiting } сообщения менеджеров ждут
        [many] { $waiting } сообщений менеджеров ждут
       *[other] { $waiting } сообщения менеджеров ждут
    }. Нажмите «Подключить заново»: { $url }
alert-source_blocked-subject = { $source } ({ $account }): { $messenger } блокирует источник
alert-source_blocked-body = { $messenger } блокирует «{ $source }» с { $stamp }. Сообщения не уходят и не приходят. Откройте уведомление мессенджера и ответьте на него; другие источники работают. { $url }
alert-source_silent-subject = { $source } ({ $account }): необычно тихо
alert-source_silent-body =
    Последнее сообщение источника «{ $source }» пришло { $time }, обычно в это время бывает { $usual ->
        [one] { $usual } сообщение
        [few] { $usual } сообщения
        [many] { $usual } сообщений
       *[other] { $usual } сообщения
    } в час. Проверки Парома проходят. Напишите туда со своего телефона или нажмите «Проверить источник»: { $url }
alert-source_moved-subject = { $source } ({ $account }): сообщения уходят в другое место
alert-source_moved-body = С { $stamp } { $messenger } отправляет сообщения источника «{ $source }» на { $host }. Того же бота или номер подключили к другому сервису. Чтобы вернуть их, нажмите «Подключить заново»: { $url }
alert-source_gone-subject = { $source } ({ $account }): удалён в { $crm }
alert-source_gone-body = Источник «{ $source }» удалён в { $crm }. Сообщения идут, но новые сделки получают источник по умолчанию «{ $default }». Нажмите «Создать в { $crm } снова»: { $url }
alert-needs_reauth-subject = { $account }: разрешите доступ к { $crm } заново
alert-needs_reauth-body = С { $stamp } { $crm } не продлевает доступ аккаунта { $account }. Сообщения по-прежнему ходят в обе стороны. Менять источники, воронки и шаблоны нельзя, пока администратор не нажмёт «Разрешить доступ заново»: { $url }
alert-token_expiring-subject =
    { $source } ({ $account }): доступ закончится через { $days ->
        [one] { $days } день
        [few] { $days } дня
        [many] { $days } дней
       *[other] { $days } дня
    }
alert-token_expiring-body = Токен источника «{ $source }» ({ $messenger }) действует до { $stamp }. Сейчас всё работает. Выпустите постоянный токен и вставьте его: { $url }
alert-unpaid-subject = { $account }: нет оплаты { $crm }, сообщения ждут
alert-unpaid-body =
    С { $stamp } { $crm } не принимает сообщения аккаунта { $account }. { $waiting ->
        [one] { $waiting } сообщение ждёт
        [few] { $waiting } сообщения ждут
        [many] { $waiting } сообщений ждут
       *[other] { $waiting } сообщения ждут
    } здесь и хранится до { $until }. После оплаты всё придёт по порядку, нажимать ничего не нужно.
alert-crm_unreachable-subject = { $account }: { $crm } не отвечает { $duration }
alert-crm_unreachable-body =
    В Пароме { $waiting ->
        [one] ждёт { $waiting } сообщение
        [few] ждут { $waiting } сообщения
        [many] ждут { $waiting } сообщений
       *[other] ждут { $waiting } сообщения
    } от клиентов. Паром повторяет сам и сохраняет порядок. Когда всё заработает, придёт ещё одно письмо.
alert-undelivered-subject =
    { $source } ({ $account }): { $count ->
        [one] не доставлено { $count } сообщение
        [few] не доставлено { $count } сообщения
        [many] не доставлено { $count } сообщений
       *[other] не доставлено { $count } сообщения
    }
alert-undelivered-body = С { $stamp }, источник «{ $source }». Самая частая причина: { $reason } Менеджеры видят это в карточках. Список и кнопка «Отправить ещё раз»: { $url }
alert-late-subject = { $account }: сообщения опаздывают, до { $delay }
alert-late-body =
    { $waiting ->
        [one] Ждёт { $waiting } сообщение
        [few] Ждут { $waiting } сообщения
        [many] Ждут { $waiting } сообщений
       *[other] Ждут { $waiting } сообщения
    }, самое старое с { $stamp }. Причина: { $reason } Ничего не потеряно.
alert-webhook_suspended-subject = { $source } ({ $account }): ваш сервер не отвечает 24 часа
alert-webhook_suspended-body =
    Паром больше не вызывает { $host }. { $waiting ->
        [one] { $waiting } событие ждёт
        [few] { $waiting } события ждут
        [many] { $waiting } событий ждут
       *[other] { $waiting } события ждут
    }; после { $until } они попадут в «Недоставленное». Исправьте сервер и нажмите «Проверить и включить»: { $url }
alert-template_rejected-subject = Шаблон «{ $template }» ({ $account }): WhatsApp отклонил
alert-template_rejected-body = Причина от WhatsApp: { $reason } Скопируйте шаблон, исправьте и снова отправьте на проверку: { $url }
alert-resolved-subject = Решено: { $subject }
alert-resolved-body =
    Снова работает с { $stamp }. Длилось { $duration }. { $late ->
        [0] Опоздавших сообщений нет
        [one] С опозданием пришло { $late } сообщение
        [few] С опозданием пришли { $late } сообщения
        [many] С опозданием пришло { $late } сообщений
       *[other] С опозданием пришло { $late } сообщения
    }, не доставлено: { $failed ->
        [0] ни одного
        [one] { $failed }
        [few] { $failed }
        [many] { $failed }
       *[other] { $failed }
    }.
alert-acknowledge = Занимаюсь
alert-mute =
    Отключить на { $hours ->
        [one] { $hours } час
        [few] { $hours } часа
        [many] { $hours } часов
       *[other] { $hours } часа
    }
alert-why = Вы получили это письмо, потому что оповещения аккаунта { $account } идут на { $email }. Изменить: { $url }
alert-vendor_gap-subject = Расхождение счёта на { $gap }: { $source } ({ $account })
alert-vendor_gap-body = принято { $accepted } ≠ доставлено { $delivered } + не доставлено { $failed } + ждёт { $waiting }. Первый час с расхождением: { $stamp }. Дальше: parom doctor --tenant { $tenant_id }
alert-vendor_refused-subject =
    { $count ->
        [one] Отклонён { $count } вызов amoCRM
        [few] Отклонены { $count } вызова amoCRM
        [many] Отклонены { $count } вызовов amoCRM
       *[other] Отклонены { $count } вызова amoCRM
    }
alert-vendor_refused-body = С { $from } по { $to } ни база, ни запасной журнал не принимали запись. Затронутые аккаунты сверяются с историей чатов. amoCRM такие вызовы не повторяет.
