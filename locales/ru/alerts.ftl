## Alerts: subject and body

alert-source_stopped-subject = { $source } ({ $account }): источник остановлен
alert-source_stopped-body =
    Источник «{ $source }» не работает с { $stamp }: { $messenger } больше не принимает доступ. Причина: { $reason }. Сообщения клиентов не приходят; { $waiting ->
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
alert-needs_reauth-subject = { $account }: обновите доступ к { $crm }
alert-needs_reauth-body = С { $stamp } { $crm } не продлевает доступ аккаунта { $account }. Сообщения по-прежнему ходят в обе стороны. Менять источники, воронки и шаблоны нельзя, пока администратор не нажмёт «Обновить доступ»: { $url }
alert-needs_reauth-cut_off-body = С { $stamp } { $crm } не продлевает доступ аккаунта { $account }, канал чатов отключён. Сообщения клиентов принимаются и ждут здесь, пока администратор не нажмёт «Обновить доступ»: { $url }
alert-token_expiring-subject =
    { $source } ({ $account }): доступ закончится через { $days ->
        [one] { $days } день
        [few] { $days } дня
        [many] { $days } дней
       *[other] { $days } дня
    }
alert-token_expiring-body = Токен источника «{ $source }» ({ $messenger }) действует до { $stamp }. Сейчас всё работает. Выпустите постоянный токен и вставьте его: { $url }
alert-unpaid-subject = { $account }: нет оплаты { $crm }, сообщения могут ждать
alert-unpaid-body =
    С { $stamp } { $crm } сообщает, что аккаунт { $account } не оплачен, и может не принимать сообщения. { $waiting ->
        [0] Сейчас здесь ничего не ждёт
        [one] { $waiting } сообщение ждёт здесь и хранится до { $until }
        [few] { $waiting } сообщения ждут здесь и хранятся до { $until }
        [many] { $waiting } сообщений ждут здесь и хранятся до { $until }
       *[other] { $waiting } сообщения ждут здесь и хранятся до { $until }
    }. После оплаты всё придёт по порядку, нажимать ничего не нужно.
alert-crm_unreachable-subject = { $account }: { $crm } не отвечает
alert-crm_unreachable-body =
    { $crm } не отвечает с { $stamp }. В Пароме { $waiting ->
        [0] нет ждущих сообщений
        [one] ждёт { $waiting } сообщение
        [few] ждут { $waiting } сообщения
        [many] ждут { $waiting } сообщений
       *[other] ждут { $waiting } сообщения
    } от клиентов. Паром повторяет сам, сохраняет порядок и сообщит, когда всё заработает. То, что менеджеры написали раньше, уходит: { $url }
alert-undelivered-subject =
    { $count ->
        [one] Не доставлено { $count } сообщение
        [few] Не доставлено { $count } сообщения
        [many] Не доставлено { $count } сообщений
       *[other] Не доставлено { $count } сообщения
    }: { $source } ({ $account })
alert-undelivered-body = Самая частая причина с { $stamp }: { $reason }. { $advice } Менеджеры видят это в карточках. Откройте список: { $url }
alert-late-subject = { $account }: сообщения опаздывают, некоторые идут { $delay }
alert-late-body =
    За последние 15 минут каждое двадцатое сообщение шло { $delay } или дольше; { $count ->
        [0] сейчас ни одно не ждёт
        [one] слишком долго ждёт { $count } сообщение
        [few] слишком долго ждут { $count } сообщения
        [many] слишком долго ждут { $count } сообщений
       *[other] слишком долго ждут { $count } сообщения
    }. Обе стороны отвечают, порядок сохраняется, ничего не потеряно. Паром догонит сам: { $url }
alert-webhook_suspended-subject = { $source } ({ $account }): ваш сервер не отвечает 24 часа
alert-webhook_suspended-body =
    Паром больше не вызывает { $host }. { $waiting ->
        [one] { $waiting } событие ждёт
        [few] { $waiting } события ждут
        [many] { $waiting } событий ждут
       *[other] { $waiting } события ждут
    }; после { $until } они попадут в «Недоставленное». Исправьте сервер и нажмите «Проверить и включить»: { $url }
alert-template_rejected-subject = Мессенджер отклонил шаблон «{ $template }» ({ $account })
alert-template_rejected-body = Причина от мессенджера: { $reason }. Скопируйте шаблон, исправьте и снова отправьте на проверку: { $url }
alert-template_paused-subject = Мессенджер приостановил шаблон «{ $template }» ({ $account })
alert-template_paused-body = Пока его нельзя отправить. Причина от мессенджера: { $reason }. Возьмите другой шаблон или составьте новый: { $url }
alert-template_changed-subject = Шаблон «{ $template }» ({ $account }): изменилась категория или качество
alert-template_changed-body = Теперь его категория — { $category }, качество — { $quality }. У другой категории другая цена, а шаблоны низкого качества останавливают: { $url }
alert-resolved-subject = Решено: { $subject }
alert-resolved-body = Решено { $time }. Длилось { $duration }.
alert-acknowledge = Взять в работу
alert-mute =
    Не уведомлять { $hours ->
        [one] { $hours } час
        [few] { $hours } часа
        [many] { $hours } часов
       *[other] { $hours } часа
    }
alert-why = Вы получили это письмо, потому что оповещения аккаунта { $account } идут на { $email }. Изменить: { $url }
alert-vendor_gap-subject = Расхождение в учёте на { $gap }: { $source } ({ $host })
alert-vendor_gap-body = принято { $accepted } ≠ доставлено { $delivered } + не доставлено { $failed } + ждёт { $waiting }. Считаются сообщения последних девяти дней. Дальше: сохраните журнал за это время и сообщите разработчикам; parom doctor --tenant { $tenant_id } покажет аккаунт.
alert-blocked-subject = { $account }: { $crm } отклоняет все запросы, сообщения ждут
alert-blocked-body =
    { $crm } отклоняет все запросы аккаунта { $account } с { $stamp }. { $waiting ->
        [0] Ждущих сообщений нет
        [one] Здесь ждёт { $waiting } сообщение
        [few] Здесь ждут { $waiting } сообщения
        [many] Здесь ждут { $waiting } сообщений
       *[other] Здесь ждут { $waiting } сообщения
    }, каждое хранится 7 дней. Узнайте причину в поддержке { $crm }; Паром продолжает спрашивать и отправит ждущее по порядку: { $url }
alert-media_full-subject = { $account }: нет места для новых файлов
alert-media_full-body = С { $stamp } файлы аккаунта { $account } занимают все свои { $most } МБ. Сообщения по-прежнему ходят; вместо нового файла приходит строка об этом. Старые файлы удаляются сами. Если нужно больше места, напишите в поддержку: { $url }
alert-found_in_history-subject =
    { $account }: { $count ->
        [one] в истории { $crm } нашлось { $count } сообщение
        [few] в истории { $crm } нашлись { $count } сообщения
        [many] в истории { $crm } нашлось { $count } сообщений
       *[other] в истории { $crm } нашлось { $count } сообщения
    }
alert-found_in_history-body =
    Менеджеры писали, но из-за перерыва Парому вовремя об этом не сообщили. { $held ->
        [0] Всё найденное уже идёт клиентам.
        [one] { $held } сообщение старше 15 минут и ждёт вашего решения.
        [few] { $held } сообщения старше 15 минут и ждут вашего решения.
        [many] { $held } сообщений старше 15 минут и ждут вашего решения.
       *[other] { $held } сообщения старше 15 минут и ждут вашего решения.
    } Отправьте или удалите их: { $url }
alert-messenger_unreachable-subject = { $source } ({ $account }): { $messenger } не отвечает
alert-messenger_unreachable-body =
    { $messenger } не отвечает источнику «{ $source }» с { $stamp }. Здесь { $waiting ->
        [0] нет ждущих сообщений менеджеров
        [one] ждёт { $waiting } сообщение менеджеров
        [few] ждут { $waiting } сообщения менеджеров
        [many] ждут { $waiting } сообщений менеджеров
       *[other] ждут { $waiting } сообщения менеджеров
    }. Паром повторяет сам и сохраняет порядок; другие источники работают: { $url }
alert-line_not_set-subject = { $source } ({ $account }): сообщения клиентов не приходят
alert-line_not_set-body = С { $stamp } { $messenger } не присылает сообщения источника «{ $source }», потому что не принимает адрес Парома. Ответ: { $reason }. Сообщения менеджеров уходят. Откройте источник и подключите его заново: { $url }
alert-line_failing-subject = { $source } ({ $account }): сообщения клиентов задерживаются
alert-line_failing-body = С { $stamp } { $messenger } не может передать сообщения источника «{ $source }». Причина: { $reason }. Сообщения менеджеров уходят, а то, что не дошло, { $messenger } пришлёт ещё раз. Проверьте источник: { $url }
alert-line_trouble-subject = { $source } ({ $account }): { $messenger } сообщает о проблеме
alert-line_trouble-body = С { $stamp }, источник «{ $source }»: { $reason }. Другие источники работают. Откройте источник: { $url }
alert-chats_flooded-subject = { $source } ({ $account }): слишком много новых чатов
alert-chats_flooded-body = За час в источнике «{ $source }» посетители начали больше чатов, чем { $most }. Новые пока не принимаются, начатые продолжаются. Если на сайте нет необычного наплыва посетителей, это может быть спам: спрашивайте имя перед первым сообщением. Откройте источник: { $url }
alert-chats_held-subject = { $source } ({ $account }): отложены новые чаты, { $count }
alert-chats_held-body = За час в источнике «{ $source }» клиенты начали больше чатов, чем он пропускает: отложено { $count }. Если это не спам, пропустите их, иначе заблокируйте: { $url }
alert-business_off-subject = { $source } ({ $account }): бот отключён, владелец чатов { $who }
alert-business_off-body = С { $stamp } «{ $source }» не получает сообщения из чатов, владелец которых { $who }. Остальные чаты работают. Включить бота снова можно в настройках { $messenger }. Потом проверьте источник: { $url }
alert-pipeline_archived-subject = { $source } ({ $account }): его воронки больше нет
alert-pipeline_archived-body = Воронка источника «{ $source }» в архиве или удалена в { $crm }. Сообщения приходят в свои чаты, но новых сделок источника не видно. Выберите другую воронку: { $url }
alert-route_failed-subject =
    { $fault ->
        [undecided] { $account }: новые обращения не распределяются
       *[other] { $account }: правило «{ $rule }» не срабатывает
    }
alert-route_failed-body =
    { $fault ->
        [stage_gone] Этап правила «{ $rule }» удалён в { $crm }: новые обращения остаются на месте. Выберите другой этап: { $url }
        [user_gone] Человек из правила «{ $rule }» больше не работает в { $crm }: новые обращения получает запасной. Выберите другого: { $url }
        [unanswered] Правило «{ $rule }» пока не выполнено. Попытки продолжаются полтора дня. Если { $crm } работает, проверьте правило: { $url }
        [undecided] Новые обращения ждут в неразобранном: правила к ним применить не удалось. Паром пробует ещё полтора дня. Если { $crm } работает, проверьте аккаунт: { $url }
       *[other] Отказ { $crm } выполнить правило «{ $rule }»: { $reason }. Новые обращения получает запасной. Проверьте правило: { $url }
    }
alert-sales_not_sent-subject = { $account }: продажи не доходят до получателя «{ $target }»
alert-sales_not_sent-body = «{ $target }» не принимает продажу: { $reason }. Других получателей и чатов это не касается. Проверьте получателя и отправьте продажу снова: { $url }
alert-limit_near-subject = { $account }: лимит занят на { $percent } %: { $limit }
alert-limit_near-body = «{ $limit }», аккаунт { $account }: занято { $percent } % разрешённого. Всё работает. Освободите место или попросите поддержку увеличить лимит: { $url }
alert-limit_reached-subject = { $account }: лимит исчерпан: { $limit }
alert-limit_reached-body = «{ $limit }», аккаунт { $account }: занято { $percent } % разрешённого. Сообщения из мессенджеров и { $crm } ходят как раньше; остальное сверх лимита не принимается. Освободите место или попросите поддержку увеличить лимит: { $url }
alert-plan_ending-subject = { $account }: подписка на сервис закончится { $date }
alert-plan_ending-body = Подписка аккаунта { $account } на сервис закончится { $date }. Сообщения доставляются до { $until }, потом они принимаются и ждут здесь, пока подписку не продлят. Продлите её или напишите в поддержку: { $url }
alert-plan_grace-subject = { $account }: подписка на сервис закончилась { $date }
alert-plan_grace-body = Подписка аккаунта { $account } на сервис закончилась { $date }. Сообщения ещё доставляются до { $until }, потом они принимаются и ждут здесь, пока подписку не продлят. Продлите её или напишите в поддержку: { $url }
alert-plan_ended-subject = { $account }: доставки нет, подписка закончилась { $date }
alert-plan_ended-body = Подписка аккаунта { $account } на сервис закончилась { $date }. Сообщения принимаются и ждут здесь; после продления они будут доставлены по порядку. Сообщения клиентам ждут 24 часа, сообщения в { $crm } — 7 дней. Продлите её или напишите в поддержку: { $url }
alert-group-subject = { $account }: { $what } ({ $count })
alert-group-body = С { $stamp }: { $sources }. Остальные источники работают как раньше. Откройте список: { $url }
alert-group-more = ещё { $count }
alert-do-access = Подключить заново
alert-do-resume = Проверить и включить
alert-do-held = Показать отложенные чаты
alert-do-source = Открыть источник
alert-do-sources = Открыть источники
alert-do-templates = Открыть шаблоны
alert-do-routing = Открыть правила
alert-do-sales = Открыть продажи
alert-do-undelivered = Открыть «Недоставленное»
alert-do-overview = Открыть обзор
alert-do-account = Открыть аккаунт
alert-do-admin = Открыть оповещения
alert-several-subject =
    { $account }: { $count ->
        [one] { $count } оповещение
        [few] { $count } оповещения
        [many] { $count } оповещений
       *[other] { $count } оповещения
    }
alert-several-vendor =
    { $count ->
        [one] Паром: { $count } оповещение разработчику
        [few] Паром: { $count } оповещения разработчику
        [many] Паром: { $count } оповещений разработчику
       *[other] Паром: { $count } оповещения разработчику
    }
alert-why-vendor = Вы получили это письмо, потому что оповещения разработчика идут на { $email }. Изменить: { $url }
alert-kind-undelivered = Сообщения не доставлены
alert-kind-late = Сообщения опаздывают
alert-kind-source_blocked = Мессенджер блокирует бота или номер
alert-kind-messenger_unreachable = Мессенджер не отвечает
alert-kind-line_not_set = Мессенджер не принимает адрес Парома
alert-kind-line_failing = Мессенджер не может передать сообщения
alert-kind-chats_flooded = Посетители сайта начинают слишком много чатов
alert-kind-chats_held = Новых чатов больше, чем пропускает источник
alert-kind-line_trouble = Мессенджер сообщает о проблеме бота или номера
alert-kind-business_off = Кто-то отключил бота в своих чатах
alert-kind-source_silent = Из источника необычно мало сообщений
alert-kind-token_expiring = Токен мессенджера скоро истечёт
alert-kind-pipeline_archived = Воронки источника больше нет
alert-kind-route_failed = Правило распределения не срабатывает
alert-kind-sales_not_sent = Продажи не доходят до получателя
alert-kind-crm_unreachable = { $crm } не отвечает
alert-kind-limit_near = Лимит почти исчерпан
alert-kind-limit_reached = Лимит исчерпан
alert-kind-plan_ending = Подписка на сервис скоро закончится
alert-kind-plan_grace = Подписка на сервис закончилась
alert-kind-plan_ended = Доставки нет: подписка закончилась
alert-kind-source_stopped = Мессенджер больше не принимает доступ источника
alert-kind-webhook_suspended = Сервер своего мессенджера не отвечал 24 часа
alert-kind-source_gone = Источник удалён в { $crm }
alert-kind-needs_reauth = { $crm } не продлевает доступ
alert-kind-unpaid = Нет оплаты { $crm }
alert-kind-blocked = { $crm } отклоняет все запросы
alert-kind-found_in_history = Сообщения нашлись в истории { $crm }
alert-kind-media_full = Место для файлов заполнено
alert-kind-template_rejected = Мессенджер отклонил шаблон
alert-kind-template_paused = Мессенджер приостановил шаблон
alert-kind-template_changed = Мессенджер изменил категорию или качество шаблона

## Alerts: the page

alerts-title = Оповещения
alerts-col-alert = Оповещение
alerts-none = Открытых оповещений нет.
alerts-earlier = Прошлые оповещения
alerts-taken = Взято в работу. Уведомлений не будет 4 часа.
alerts-muted = Без уведомлений до { $stamp }. Само оповещение остаётся здесь.
alerts-letters = Куда приходят оповещения
alerts-letters-about = Паром сообщает через минуту после поломки, ещё раз через 4 часа и когда всё решено, не чаще раза в час об одной проблеме. Текстов сообщений в оповещениях нет.
alerts-mail-off = Оповещения по почте отключены: на этом сервере почта не настроена. Они видны здесь.
alerts-letters-to-me = Куда сообщать
alerts-email = Оповещения идут на { $email }.
alerts-email-hint = Сначала на этот адрес придёт код, потом оповещения.
alerts-kinds = Виды оповещений
alerts-group-chosen =
    { $off ->
        [0] все включены
       *[other] включено { $on } из { $all }
    }
alerts-group-messages = Сообщения
alerts-group-messages-about = Сообщение не доходит до клиента или менеджера либо доходит с опозданием.
alerts-group-sources = Мессенджеры и источники
alerts-group-sources-about = Мессенджер останавливает, блокирует или теряет ваш источник.
alerts-group-account = Аккаунт и подписка
alerts-group-account-about = { $crm } отказывает аккаунту, кончается лимит или подписка.
alerts-group-templates = Шаблоны
alerts-group-templates-about = Мессенджер отклоняет, останавливает или меняет шаблон.
alerts-readers = Кто получает оповещения
alerts-no-address = адрес не указан
alerts-switch-on = Включить почту
alerts-switch-off = Выключить почту
alerts-switched-on = Оповещения по почте теперь получает { $name }.
alerts-switched-off = Оповещений по почте больше не получает { $name }.
alerts-code = Код из письма на { $email }
alerts-code-confirm = Подтвердить адрес
alerts-code-sent = Код отправлен на { $email }. Он действует 10 минут.
alerts-code-unsent = Письмо с кодом не ушло: почтовый сервер отказал. Проверьте адрес.
alerts-code-wrong = Это не код из последнего письма.
alerts-code-gone = Код больше не действует. Сохраните адрес ещё раз, придёт новый.
alerts-code-wait =
    Слишком много кодов. Следующий через { $seconds ->
        [one] { $seconds } секунду
        [few] { $seconds } секунды
        [many] { $seconds } секунд
       *[other] { $seconds } секунды
    }.
alerts-address-proved = Теперь оповещения идут на { $email }.
alerts-channel-email = Почта
alerts-channel-chat = Telegram
alerts-channel-push = Браузер
alerts-push-about = Получайте оповещения как уведомления этого браузера, даже когда панель закрыта.
alerts-push-on = Включить в этом браузере
alerts-push-remove = Отключить
alerts-push-here = этот браузер
alerts-push-added = Теперь оповещения видны и здесь: { $name }.
alerts-push-removed = Здесь оповещений больше не будет: { $name }.
alerts-push-denied = Браузер блокирует уведомления этой страницы. Разрешите их в его настройках для этого сайта и попробуйте снова.
alerts-push-failed = Браузер не смог их включить: его служба уведомлений не ответила. Попробуйте позже.
alerts-push-unsupported = Этот браузер не умеет показывать уведомления.
alerts-push-framed = Внутри { $crm } уведомления включить нельзя. Откройте панель в отдельной вкладке браузера.
alerts-push-scripts = Для уведомлений нужен JavaScript.
alerts-push-damaged = Браузер передал не всё, что нужно для уведомлений. Попробуйте снова.
alerts-push-most = Оповещения уже видны в { $most } ваших браузерах. Сначала отключите один из них.
alerts-push-wait = Слишком много попыток. Попробуйте через минуту.
alerts-push-browser = Браузер
alerts-channel-webhook = Вебхук
alerts-choose-kinds = Выбрать оповещения
alerts-of-person = О чём узнаёт { $name }
alerts-chat-about = Свяжите чат или группу с нашим ботом, и оповещения будут приходить туда сразу.
alerts-chat-on = Связан
alerts-chat-link = Связать чат
alerts-chat-again = Связать другой чат
alerts-chat-unlink = Отвязать чат
alerts-chat-asked = Код показан ниже. Он действует 15 минут.
alerts-chat-code = Откройте чат с @{ $bot } и нажмите «Начать» или отправьте ему этот код. Он действует до { $stamp }. Для группы сначала добавьте в неё бота.
alerts-chat-open = Открыть Telegram
alerts-chat-look = Код отправлен
alerts-chat-unlinked = Чат отвязан, оповещений там больше не будет.
alerts-chat-away = Telegram не отвечает. Повторите через минуту.
alerts-chat-wait = Слишком много кодов. Повторите через минуту.
alerts-chat-blocked = Оповещения больше не приходят в ваш чат: бота там заблокировали или удалили. Разблокируйте его и свяжите чат снова.
alerts-chat-stopped = Оповещения больше не приходят в ваш чат: там написали /stop. Чтобы получать их, свяжите чат снова.
alerts-webhook-about = Паром отправляет вашей программе каждое оповещение и известие о том, что оно решено: подписанный JSON.
alerts-webhook-url = Адрес вашей программы
alerts-webhook-not-url = Адрес выглядит так: https://example.com/alerts.
alerts-webhook-secret = Сохранено. Этим секретом подписан каждый запрос; сохраните его в своей программе.
alerts-webhook-remove = Удалить вебхук
alerts-webhook-removed = Вебхук удалён.
alerts-webhook-trouble = Запросы не проходят с { $stamp }: { $reason } Каждое оповещение повторяется 24 часа.
alert-chat-linked = Чат связан: оповещения будут приходить сюда. Чтобы прекратить, напишите /stop.
alert-chat-how = Этот бот сообщает о проблемах между мессенджерами и CRM. Чтобы связать чат, нажмите «Связать чат» здесь: { $url }/panel/alerts
alert-chat-stopped = Оповещения сюда больше не приходят. Чтобы получать их снова, ещё раз свяжите чат в панели, раздел «Оповещения».
mail-alert-code-subject = { $code } — код для оповещений по почте
mail-alert-code-body =
    Кто-то хочет получать оповещения аккаунта { $account } на этот адрес. Если это вы, введите код в панели:

    { $code }

    Если нет, ничего не делайте: без кода писем не будет.
alert-task_failing-subject = Фоновая задача Парома раз за разом падает: { $task }
alert-task_failing-body = За минуту её перезапустили три раза, и с тех пор она не проработала и минуты: её работа не выполняется. Ошибка: { $said }. /readyz этого процесса отвечает 503. Дальше: перезапустите процесс; если не поможет, сохраните его журнал и сообщите разработчикам.
