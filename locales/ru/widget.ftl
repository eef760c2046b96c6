## Widget: settings window

widget-empty = Подключите мессенджер или сайт: сообщения клиентов придут в { $crm }, там же на них можно ответить.
widget-summary = { $used } из { $limit }
widget-add-source = Добавить источник
widget-open-panel = Открыть панель
widget-design = Оформить чат
widget-sign-in-title = Вход в Паром
widget-login = Логин
widget-password = Пароль
widget-sign-in = Войти и подключить
widget-wrong-credentials = Логин или пароль не подошли. Проверьте раскладку и Caps Lock.
widget-too-many-tries = Слишком много попыток. Следующая возможна { $time }.
widget-wrong-account = Это окно другого аккаунта { $crm }. Обновите страницу и войдите снова.
widget-provisioning = Интеграция в { $crm } только что установлена. Паром заканчивает настройку, окно обновится само.
widget-not-admin = Вы видите источники. Менять их может администратор аккаунта { $crm }: { $admins }.
widget-no-connection = Паром не отвечает. На сообщения это не влияет. Окно повторит попытку { $time }.
widget-removing =
    При отключении интеграции сообщения сразу перестанут ходить. { $sources ->
        [one] { $sources } источник и его чаты останутся
        [few] { $sources } источника и их чаты останутся
        [many] { $sources } источников и их чаты останутся
       *[other] { $sources } источника и их чаты останутся
    } в { $crm }.
card-title = Чаты этого контакта
card-no-chats = У этого контакта пока нет чатов через Паром.
card-last-failure = Последний сбой { $time }: { $reason }
card-where = Где моё сообщение?
card-window-left =
    Свободный текст можно отправлять ещё { $hours ->
        [one] { $hours } час
        [few] { $hours } часа
        [many] { $hours } часов
       *[other] { $hours } часа
    }
card-window-over = Время свободного текста истекло. Отправьте одобренный шаблон.
card-window-wait = Время свободного текста истекло. Ответить можно, когда клиент напишет снова.

## Widget: words for moderation and amoMarket

widget-short-description = Мессенджеры и чат на сайте в карточке сделки
widget-description = Сообщения клиентов из мессенджеров и с сайта приходят в карточку сделки, ответы уходят обратно. До 50 источников, у каждого своя воронка.
widget-tour-description = Добавьте источник, выберите воронку и отправьте проверочное сообщение. У каждого сообщения видно, где оно.
widget-setting-state = Подключение

## Widget: further sentences

widget-connect = Подключить
widget-allow-again = Обновить доступ
widget-provisioning-late = { $crm } ещё не сообщает Парому об установке. Нажмите «Подключить» и разрешите доступ: дальше окно продолжит само.
widget-embed-nowhere = Чат появится только на сайтах из списка, а он пока пуст. Откройте панель и добавьте свой сайт на вкладке «Установка».
widget-not-installed = Нажмите «Установить»: тогда { $crm } разрешит Парому создавать источники и передавать сообщения. Дальше окно продолжит само.
widget-not-admin-unnamed = Вы видите источники. Менять их может администратор аккаунта { $crm }.
widget-privacy = Политика конфиденциальности
widget-consent = Согласен, что сообщения и контакты этого аккаунта обрабатываются по договору
widget-consent-agreement = Договор об обработке данных
widget-consent-give = Подтвердить
widget-no-answer = Паром не ответил. Сохранилось ли изменение, неизвестно: проверьте список, прежде чем повторять.
widget-unexpected = Сделать это не удалось. Ничего не изменилось.
widget-popup-blocked = Браузер не открыл новую вкладку. Откройте её по ссылке:
widget-source-gone = Такого источника в Пароме нет. Возможно, его удалили.
widget-pipeline-main = По умолчанию: главная воронка
widget-created = Источник «{ $source }» создан. Проверьте его, прежде чем давать клиентам.
widget-write-first = Сначала напишите туда сами: сообщение придёт в { $crm }, как от клиента.
widget-deleted = Источник «{ $source }» удалён.
widget-testing = Идёт проверка, обычно несколько секунд…
widget-stray-adopt = Передать
widget-stray-remove = Убрать из { $crm }
widget-resume-nothing = Снять паузу с источника «{ $source }»? Ждущих сообщений нет.
widget-resume-held =
    Снять паузу с источника «{ $source }»? { $count ->
        [one] Ждёт { $count } сообщение, самое старое пришло { $time }
        [few] Ждут { $count } сообщения, самое старое пришло { $time }
        [many] Ждут { $count } сообщений, самое старое пришло { $time }
       *[other] Ждут { $count } сообщения, самое старое пришло { $time }
    }.
widget-resume-all = Доставить все
widget-resume-drop =
    Не доставлять те, что старше { $hours ->
        [one] { $hours } часа
        [few] { $hours } часов
        [many] { $hours } часов
       *[other] { $hours } часа
    }
time-in-seconds =
    { $count ->
        [one] через { $count } секунду
        [few] через { $count } секунды
        [many] через { $count } секунд
       *[other] через { $count } секунды
    }
widget-more-settings = Другие настройки
widget-kind-change = Выбрать другой
widget-consent-says = Вход – на странице самого мессенджера, из панели в новой вкладке. Копировать ничего не нужно.
widget-consent-waits = Продолжайте в новой вкладке. Как только источник подключён, он появится в этом окне.

### Шаги Salesbot

salesbot-step-ask = Спросить в мессенджере и ждать
salesbot-step-ask-text = Вопрос
salesbot-step-ask-buttons = Кнопки через ;
salesbot-step-ask-hours = Сколько часов ждать ответа (до 720)
salesbot-step-window = Клиент в окне для ответа?
salesbot-step-template = Отправить шаблон, иначе …
salesbot-step-template-template = Шаблон: название или номер
salesbot-step-template-values = Значения для подстановки через ;
salesbot-step-template-text = Текст, пока можно писать свободно (вместо шаблона)
salesbot-exit-answered = Клиент ответил
salesbot-exit-timed_out = Ответа вовремя нет
salesbot-exit-refused = Не отправлено
salesbot-exit-within = Можно писать свободно
salesbot-exit-outside = Можно только шаблон
salesbot-exit-no_chat = Чата нет
salesbot-exit-sent = Отправлено
