## amoCRM account and access

account-access = Доступ к { $crm }
account-allow-again = Обновить доступ
account-allow-again-hint = Источники, чаты и настройки не изменятся.

## Data: export and delete

data-kept = Что и сколько хранится
data-retention = Хранить тексты сообщений
data-retention-usual =
    { $days ->
        [one] { $days } день (по умолчанию)
        [few] { $days } дня (по умолчанию)
        [many] { $days } дней (по умолчанию)
       *[other] { $days } дня (по умолчанию)
    }
data-retention-days =
    { $days ->
        [0] Не хранить (удалять после доставки)
        [one] { $days } день
        [few] { $days } дня
        [many] { $days } дней
       *[other] { $days } дня
    }
data-retention-hint = Считается со дня доставки или отказа. Сообщения, которые ждут или могут уйти ещё раз, сохраняют текст; в { $crm } ничего не меняется.
data-retention-saved = Сохранено. Более старые тексты будут удалены в течение суток.
data-forget-person = Удалить данные клиента
data-forget-person-hint = По телефону или ID чата. Чаты и контакты в { $crm } останутся: удалите их там.
data-forget-person-confirm =
    Будет удалено: { $messages ->
        [one] { $messages } сообщение
        [few] { $messages } сообщения
        [many] { $messages } сообщений
       *[other] { $messages } сообщения
    } и { $files ->
        [0] ни одного файла
        [one] { $files } файл
        [few] { $files } файла
        [many] { $files } файлов
       *[other] { $files } файла
    }. Отменить это нельзя.
data-forget-all = Удалить все данные аккаунта
data-forget-all-confirm =
    Чтобы подтвердить, введите { $account }. { $sources ->
        [one] { $sources } источник сразу остановится
        [few] { $sources } источника сразу остановятся
        [many] { $sources } источников сразу остановятся
       *[other] { $sources } источника сразу остановятся
    }.
data-erased = Удалено. Акт с количеством — в журнале действий.
account-title = Аккаунт
account-state = Состояние
account-by = Кто выдал
account-user = пользователь { $id }
account-not-admin = не администратор
account-renewed = Обновлён
account-next = Следующее обновление
account-who-may = Обновить доступ может владелец или администратор.
account-address = Адрес
account-name = Название
account-number = ID аккаунта
account-zone = Часовой пояс
account-default = Источник по умолчанию
account-no-default = Не выбран
account-strays =
    В { $crm } есть { $count ->
        [one] { $count } источник
        [few] { $count } источника
        [many] { $count } источников
       *[other] { $count } источника
    } этой интеграции, которых Паром не создавал.
account-strays-open = Посмотреть
account-channels = Каналы
account-no-channels = Каналы ещё не подключены.
account-updates = Изменения контактов
account-updates-on = Приходят сразу
account-updates-off = Не запрошены
account-updates-refused = Не приходят
account-updates-on-about = { $crm } сообщает Парому, когда контакт переименован, объединён или удалён и когда чат переходит к другому контакту.
account-updates-off-about = Паром запросит их у { $crm }, как только аккаунт будет подключён.
account-updates-refused-about = { $crm } не присылает их этому аккаунту: так бывает на тарифах без вебхуков. Ничего не теряется: изменение видно, когда кто-то открывает чат. Паром спрашивает каждый день.
account-updates-checked = проверено { $time }
account-channel-not-allowed = Этот канал пока не открыт аккаунту в { $crm }. Поддержка уже знает: нужно добавить аккаунт { $account }.
data-col-class = Что
data-col-term = Сколько
data-kept-messages = Сообщения: кто, когда и кому писал
data-kept-messages-term =
    { $days ->
        [one] { $days } день
        [few] { $days } дня
        [many] { $days } дней
       *[other] { $days } дня
    }. Чаты и клиенты — пока вы их здесь не удалите
data-kept-texts = Тексты и содержимое сообщений
data-kept-texts-term =
    { $days ->
        [0] Не хранятся: удаляются сразу после доставки
        [one] { $days } день после доставки или отказа
        [few] { $days } дня после доставки или отказа
        [many] { $days } дней после доставки или отказа
       *[other] { $days } дня после доставки или отказа
    }
data-kept-files = Файлы: фото, голосовые, документы
data-kept-files-term =
    { $days ->
        [0] Не хранятся: удаляются на следующий день после доставки сообщения
        [one] { $days } день после получения
        [few] { $days } дня после получения
        [many] { $days } дней после получения
       *[other] { $days } дня после получения
    }
data-kept-hooks = Исходные запросы (вебхуки)
data-kept-hooks-term =
    { $days ->
        [one] { $days } день
        [few] { $days } дня
        [many] { $days } дней
       *[other] { $days } дня
    }
data-kept-undelivered = Недоставленные сообщения
data-kept-undelivered-term =
    { $days ->
        [one] { $days } день
        [few] { $days } дня
        [many] { $days } дней
       *[other] { $days } дня
    } или пока их не отправят ещё раз или не удалят
data-kept-access = Доступ к { $crm } и мессенджерам
data-kept-access-term = Хранится зашифрованным, пока нужен; удаляется в течение 24 часов после отключения интеграции
data-kept-sessions = Входы в панель
data-kept-sessions-term = 12 часов без действий, не больше 30 дней
data-kept-audit = Журнал действий
data-kept-audit-term =
    { $days ->
        [one] { $days } день
        [few] { $days } дня
        [many] { $days } дней
       *[other] { $days } дня
    }
data-kept-proofs = Акты об удалении
data-kept-proofs-term = Бессрочно: только числа, без данных клиентов
data-export-title = Экспорт данных
data-export-hint = Один файл со всеми данными аккаунта: чаты, сообщения, источники, журнал действий. По одному объекту JSON на строку, без секретов.
data-agreement = Договор об обработке данных
data-agreement-given = Договор принят: { $who }, { $time }, версия { $version }.
data-agreement-administrator = Администратор
data-agreement-missing = Договор ещё никто не принял. Это делает администратор в окне интеграции в { $crm }.
data-agreement-changed = С тех пор текст изменился.
data-export-button = Скачать всё
data-who = Телефон или ID чата
data-who-wrong = Введите номер целиком, с кодом страны: +7 915 111-22-33, или ID чата.
data-none-found = По этому номеру или чату ничего не найдено.
data-forget-count = Найти данные
data-forget-person-title = Удалить данные этого клиента?
data-forget-chats =
    Найдено по «{ $who }»: { $chats ->
        [0] ни одного чата
        [one] { $chats } чат
        [few] { $chats } чата
        [many] { $chats } чатов
       *[other] { $chats } чата
    }.
data-forget-possible = В этих чатах номер записан без кода страны и может принадлежать другому человеку. Они не удаляются; откройте чат и удалите его по ID, если это тот же клиент.
data-forget-stays = Чаты и контакты в { $crm } останутся.
data-customer-export = Скачать данные клиента
data-forget-button =
    { $messages ->
        [one] Удалить { $messages } сообщение
        [few] Удалить { $messages } сообщения
        [many] Удалить { $messages } сообщений
       *[other] Удалить { $messages } сообщения
    }
data-forget-all-hint = В Пароме удаляются источники, чаты, сообщения, ключи и команда аккаунта, канал отключается. Чаты в { $crm } останутся. Отменить это нельзя.
data-gone-title = Данные аккаунта удалены
data-gone = Все данные аккаунта { $account } удалены. Акт: { $proof }.
data-left = Паром пока не смог снять свой вебхук с этих линий и повторяет попытки 7 дней. До этого мессенджеры могут присылать сообщения, их тексты Паром не хранит. Чтобы прекратить это самостоятельно:
data-left-given-up = Паром не смог снять свой вебхук с этих линий. Мессенджеры могут присылать сообщения, их тексты Паром не хранит. Чтобы прекратить это:
left-line-avito = Снимите вебхук методом unsubscribe в API мессенджера Авито или создайте новый ключ API.
left-line-facebook = В настройках страницы откройте подключённые приложения и удалите приложение.
left-line-instagram = В настройках Instagram откройте «Приложения и сайты» и удалите приложение.
left-line-max = Снимите подписку методом DELETE /subscriptions в API MAX или смените токен бота.
left-line-telegram = Снимите вебхук методом deleteWebhook в Bot API или подключите бота к другому сервису.
left-line-vk = В сообществе откройте «Управление», «Работа с API», «Callback API» и удалите сервер «Parom».
left-line-whatsapp = В бизнес-настройках Meta откройте аккаунт WhatsApp и удалите подключённое приложение.
left-line-other = Снимите вебхук с адресом Парома в мессенджере.

## Сообщения, которые не дошли

account-lost = Пропущенные сообщения
account-lost-about = { $crm } сообщает Парому о сообщении менеджера один раз. Пропущенное из-за сбоя остаётся в истории { $crm }: Паром проверяет её каждый час и после сбоев.
account-lost-look = Найти пропущенные сообщения
account-lost-looked = Паром просматривает чаты за последние 48 часов. Всё найденное появится здесь.
account-lost-looking = Идёт поиск.
account-lost-last =
    Последняя проверка { $time }: { $chats ->
        [0] чатов нет
        [one] { $chats } чат
        [few] { $chats } чата
        [many] { $chats } чатов
       *[other] { $chats } чата
    }, { $found ->
        [0] ничего не пропущено
        [one] пропущено { $found } сообщение
        [few] пропущено { $found } сообщения
        [many] пропущено { $found } сообщений
       *[other] пропущено { $found } сообщения
    }.
account-lost-never = Первая проверка пройдёт в течение часа.
account-lost-found =
    { $count ->
        [one] Всего найдено { $count } сообщение.
        [few] Всего найдено { $count } сообщения.
        [many] Всего найдено { $count } сообщений.
       *[other] Всего найдено { $count } сообщения.
    }
account-lost-waiting =
    { $count ->
        [one] { $count } найденное сообщение ждёт решения: отправить или удалить.
        [few] { $count } найденных сообщения ждут решения: отправить или удалить.
        [many] { $count } найденных сообщений ждут решения: отправить или удалить.
       *[other] { $count } найденного сообщения ждут решения: отправить или удалить.
    }
limits-title = Лимиты
limits-hint = Запросы сверх лимита отклоняются: в ответе сказано, почему и когда повторить. Сообщения из мессенджеров и { $crm } лимиты не останавливают.
limits-full = исчерпано
limits-sources = Источники
limits-stored = Всего хранится
limits-files = Файлы
limits-visitors = Файлы посетителей веб-чатов
limits-imports = Незавершённые импорты
limits-imports-size = Файлы этих импортов
limits-requests = Запросов в секунду на ключ API
limits-key-day = Данных в день на ключ API
limits-messages = Сообщений в этом месяце
limits-used = { $used } из { $most }
limits-used-free = { $used }, без лимита
limits-most = не больше { $most }
limits-free = без лимита
