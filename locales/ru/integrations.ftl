## Vendor’s admin: integrations that are stored

admin-int-new = Новая интеграция
admin-int-new-says = Она хранится в базе, секреты зашифрованы, и через несколько секунд работает во всех процессах. Каналы добавьте после этого.
admin-int-change = Интеграция «{ $name }»
admin-int-edit = Изменить интеграцию
admin-int-pause = Приостановить установки
admin-int-resume = Разрешить установки
admin-int-remove = Удалить
admin-int-remove-question = Удалить интеграцию «{ $name }»?
admin-int-remove-says = Её секреты и каналы удаляются из Парома, в amoCRM ничего не меняется. Интеграцию, которую установил хоть один аккаунт, удалить нельзя.
admin-int-removed = Интеграция «{ $name }» удалена.
admin-int-in-use =
    { $count ->
        [one] У интеграции «{ $name }» { $count } аккаунт. Приостановите её или сначала удалите аккаунт.
        [few] У интеграции «{ $name }» { $count } аккаунта. Приостановите её или сначала удалите аккаунты.
        [many] У интеграции «{ $name }» { $count } аккаунтов. Приостановите её или сначала удалите аккаунты.
       *[other] У интеграции «{ $name }» { $count } аккаунта. Приостановите её или сначала удалите аккаунты.
    }
admin-int-unreadable = Интеграция «{ $name }» сохранена, но не читается; причина — в журнале сервера.
admin-int-not-used = Эта интеграция не используется: её имя, ID или один из её каналов есть у другой.
admin-int-name = Имя
admin-int-name-hint = Входит в адреса, потом изменить нельзя.
admin-int-platform = Платформа
admin-int-amocrm = amoCRM
admin-int-kommo = Kommo
admin-int-client-secret = Секретный ключ
admin-int-previous-secret = Прежний секрет
admin-int-previous-hint = Принимается, пока секрет меняют.
admin-int-forget-previous = Больше не принимать прежний секрет
admin-int-own-redirect = Отдельный redirect URI
admin-int-own-redirect-hint = Тогда redirect URI заканчивается именем выше. Укажите такой же в amoCRM.
admin-int-consent = Страница согласия
admin-int-account-url = Адрес API аккаунта
admin-int-account-url-hint = Вместо адреса аккаунта впишите { "{host}" }. Оставьте пустым, чтобы взять адрес платформы.
admin-int-amojo = API чатов
admin-int-usual-hint = Оставьте пустым, чтобы взять адрес платформы.
admin-int-wrong-name = От 1 до 64 латинских букв, цифр или . _ ~ -, первым — буква или цифра. Имена не повторяются.
admin-int-wrong-client_id = Впишите ID со страницы интеграции в amoCRM.
admin-int-wrong-client_secret = Впишите секретный ключ со страницы интеграции в amoCRM.
admin-int-wrong-previous_client_secret = Секрет не может состоять из пробелов.
admin-int-wrong-account_hosts = Окончания адресов аккаунтов, по одному в строке, например amocrm.ru: без схемы, порта и пути.
admin-int-wrong-consent_url = Введите адрес без логина и пароля.
admin-int-wrong-account_url = Введите адрес, в котором есть { "{host}" }, например https://{ "{host}" }.
admin-int-wrong-amojo_url = Введите адрес без логина, пароля, параметров и якоря.
admin-int-wrong-id = Введите UUID, который дала поддержка amoCRM. У каждого канала он свой.
admin-int-wrong-code = Впишите код, который дала поддержка amoCRM.
admin-int-wrong-secret = Впишите секрет, который дала поддержка amoCRM.
admin-int-wrong-bot_id = Впишите ID бота, который дала поддержка amoCRM, или оставьте пустым и имя.
admin-int-wrong-time_window_seconds = Введите целое число секунд или оставьте поле пустым.
admin-int-wrong-allowed_plans = По одному тарифу в строке, имя — как в файле настроек.
admin-int-wrong-elsewhere = Файл настроек не разрешает этот адрес. Оставьте поле пустым, чтобы взять обычный, или попросите добавить адрес в network.integration_addresses.
admin-int-wrong-in-file = Интеграция с таким именем есть в файле настроек, её меняют там.
admin-int-wrong-taken = Это уже есть у интеграции «{ $name }».
admin-channel-add = Добавить канал
admin-channel-edit = Изменить канал
admin-channel-new = Новый канал интеграции «{ $name }»
admin-channel-remove-question = Удалить канал «{ $title }»?
admin-channel-remove-says =
    { $count ->
        [0] К нему не подключён ни один аккаунт. Секрет удаляется из Парома, в amoCRM ничего не меняется.
        [one] К нему подключён { $count } аккаунт: его сообщения сразу остановятся. Секрет канала удаляется из Парома, в amoCRM ничего не меняется.
        [few] К нему подключены { $count } аккаунта: их сообщения сразу остановятся. Секрет канала удаляется из Парома, в amoCRM ничего не меняется.
        [many] К нему подключены { $count } аккаунтов: их сообщения сразу остановятся. Секрет канала удаляется из Парома, в amoCRM ничего не меняется.
       *[other] К нему подключены { $count } аккаунта: их сообщения сразу остановятся. Секрет канала удаляется из Парома, в amoCRM ничего не меняется.
    }
admin-channel-id-hint = Как его дала поддержка amoCRM.
admin-channel-own-secret = Секрет
admin-channel-title = Название
admin-channel-bot-id = ID бота в amoCRM
admin-channel-bot-hint = Пусто, если бота нет.
admin-channel-bot-name = Имя бота
admin-channel-public = Публичный: подключить может любой аккаунт
admin-channel-public-hint = Если выключено и ниже нет ни аккаунтов, ни тарифов, решает одна amoCRM.
admin-channel-accounts = Аккаунты
admin-channel-accounts-hint = ID аккаунтов amoCRM, по одному в строке.
admin-channel-plans = Тарифы
admin-channel-plans-hint = Аккаунты с этими тарифами тоже подключают канал; по одному имени в строке.
admin-channel-window = Временное окно, секунды
admin-channel-window-hint = Пусто, если окна нет; 86400 — сутки.
admin-channel-reactions-hint = all (все), off (нет) или эмодзи через пробел.
admin-brand-name = Название сервиса
admin-brand-name-hint = Аккаунты этой интеграции читают его вместо слова «Паром» на страницах, в письмах и причинах ошибок. Пусто — Паром.
admin-brand-color = Основной цвет
admin-brand-color-hint = Например, #0B5CAD. Где он плохо читается, берётся темнее или светлее.
admin-brand-logo = Логотип
admin-brand-picture-hint = SVG без скриптов или PNG, до 100 КБ. Если своей нет, люди видят картинку Парома.
admin-brand-support-url = Страница поддержки
admin-brand-support-email = Почта поддержки
admin-brand-privacy = Политика конфиденциальности
admin-brand-entity = Юридическое лицо
admin-brand-address = Его почтовый адрес
admin-brand-vendor-hint = Пусто — как в [vendor].
admin-brand-icon = Иконка каналов
admin-brand-unique = В чём уникальность сервиса
admin-brand-unique-hint = Для письма о регистрации. Пусто — текст Парома.
admin-int-defaults = Настройки со значением по умолчанию
admin-int-brand = Каким видят сервис его аккаунты
admin-int-pictures = Картинки
admin-brand-picture-save = Загрузить
admin-brand-picture-remove = Убрать
admin-brand-picture-large = Картинка больше { $kb } КБ. Ничего не изменено.
admin-brand-picture-kind = Выберите картинку SVG или PNG. Ничего не изменено.
admin-brand-picture-active = В этом SVG есть скрипты или части с других сайтов. Сохраните его как простую картинку или как PNG. Ничего не изменено.
