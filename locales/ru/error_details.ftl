## Предложения ошибок и живых проверок (crate::i18n::LocalizedText)

said-logo-kind = выберите изображение PNG, JPEG или WebP
said-logo-bytes = изображение может занимать не больше { $most } КБ
said-logo-pixels = ширина и высота изображения — от { $least } до { $most } пикселей
said-quoted = { $text }
said-fields-wrong = некоторые поля нужно исправить
said-unauthorized = ключ не указан, отозван или неверен
said-not-found = объекта с таким id нет
said-too-large = запрос больше { $bytes } Б
said-internal = внутренняя ошибка Парома, ничего не сохранено
said-changed = { $who } меняет { $what } ({ $at }); ваше не сохранено. Прочитайте снова и повторите изменение
said-changed-someone = кто-то
said-changed-something = этот объект
said-not-storing = Паром сейчас ничего не может сохранить, повторите позже
said-node-away = Часть базы данных, в которой хранится этот аккаунт, не отвечает; ничего не сохранено, повторите позже
said-too-much-waits = Слишком много ждёт сохранения, повторите позже
said-too-many-at-once = С этого адреса слишком много одновременных запросов, повторите, когда часть завершится
said-method = адрес принимает { $methods }

## JSON и формы

said-field-unknown = неизвестное поле `{ $field }`
said-field-unknown-of = неизвестное поле `{ $field }`; известны: { $known }
said-field-missing = нет поля `{ $field }`
said-field-twice = поле `{ $field }` указано дважды
said-value-unknown = неизвестное значение `{ $value }`; известны: { $known }
said-value-unfit = значение не подходит; ответ разборщика: “{ $reason }”
said-json-none = это не JSON, строка { $line }, столбец { $column }
said-json-more = после объекта JSON стоит что-то ещё
said-json-type = тело запроса должно быть application/json
said-json-compressed = тело запроса нельзя сжимать
said-body-broke = тело запроса оборвалось
said-body-slow = тело запроса шло слишком долго
said-form-field = в форме нет поля { $field }
said-form-fields = поля формы не те, что на её странице
said-form-type = форма отправляется как application/x-www-form-urlencoded
said-form-deed = в форме не указано действие
said-form-id = в форме указано то, что не является id
said-form-role = такой роли нет
said-form-most = за раз — не больше { $most }

## Поля

said-empty = не может быть пустым
said-minutes = укажите целые минуты, от { $least } до { $most }
said-seconds = укажите целые секунды, от { $least } до { $most }
said-pixels = укажите целое число пикселей, от 0 до { $most }
said-quick-answer = начните строку с вопроса не длиннее { $most } знаков
said-no-mail = этот сервер не отправляет писем: [mail] не настроен. Обратитесь к разработчику или оставьте поле пустым
said-only-group = только для группы: укажите и её название
said-most-bytes = не больше { $most } Б
said-most-ids = за раз не больше { $most } id
said-most-characters = не больше { $most } знаков
said-most-lines = не больше { $most } строк
said-unstorable = содержит знак, который нельзя сохранить (NUL или половина суррогатной пары)
said-web-address = адрес должен начинаться с https:// или http://
said-site = нужен адрес сайта, например https://shop.example
said-color = нужен цвет вида #0B5CAD
said-holidays = нужны даты вида 01.01.2027 или 31.12 либо две даты через « - »
said-hours = нужны строки с днями и временем, например пн-пт 09:00-18:00
said-time-zone = нужно название часового пояса, например Europe/Moscow
said-uuid = нужен id (UUID)
said-date = нужна дата вида 2026-11-20
said-report-source = в этом аккаунте нет такого источника
said-report-days = отчёт строится не больше чем за { $most } дней
said-date-order = не может быть раньше from
said-month = нужен месяц вида 2026-11
said-usage-format = укажите csv или json
said-number = нужно число
said-page-limit = целое число от 1 до { $most }
said-event-status = бывает { $known }
said-cursor-wrong = курсор неверен или устарел
said-cursor-other = курсор от других фильтров или от другого списка
said-phone = номер телефона с кодом страны, например +7 915 111-22-33
said-phone-possible = чата точно с этим номером нет; чаты, где он возможен, потому что записан без кода страны: { $chats }. Укажите чат
said-kept-days = нужно число от 1 до { $most } или null: у аккаунта ничего не хранится дольше, чем задано в настройках сервера
said-texts-days = тексты хранятся не дольше { $most } дней
said-sources-limit = от 0 до { $most } или null
said-plan-unknown = такого тарифа нет; есть { $known }
said-window-seconds = укажите от { $least } до { $most } секунд
said-template-file = шаблон с файлом можно отправить на проверку только в WhatsApp; используйте текстовый заголовок
said-template-file-large = файл шаблона больше 16 МБ; выберите файл поменьше
said-template-file-gone = { $crm } не отдаёт файл этого шаблона; используйте текстовый заголовок
said-not-stored = Паром не смог это сохранить, попытка повторится
said-weight = от 1 до { $most }
said-if-match = ETag из ответа GET, например "1795165200000"
said-customer-named = назовите клиента: либо phone, либо conversation_id
said-search-busy = в этом аккаунте ещё идёт другой поиск: повторите через несколько секунд
said-tenant-named = с ключом разработчика укажите tenant_id или source_id
said-not-of-kind = не относится к виду { $kind }
said-not-of-edit = не относится к изменению
said-only-manager = бывает только у роли "manager"
said-only-client = бывает только у роли "client"
said-contact-id = должен быть ID контакта в CRM, целым числом
said-user-id = должен быть ID пользователя в CRM, целым числом
said-no-receiver = бывает только у сообщений менеджеров и ботов
said-receiver-needed = должен называть клиента, если писал менеджер или бот
said-media-needed = файлу нужен media_url или media_id
said-media-twice = укажите либо media_url, либо media_id
said-degrees = должно быть числом от -{ $most } до { $most }
said-quote-either = укажите либо id, либо text с sender и sent_at
said-quote-needed = нужен id или text
said-no-bot-comment = бот не может комментировать
said-not-from-messenger = Сообщение пришло из { $crm }; изменить можно только сообщения, пришедшие из мессенджера.
said-message-deleted = Сообщение удалено.
said-emoji = должно быть одним эмодзи, не длиннее 64 байт
said-error-needed = нужно вместе с failed
said-error-text = нужно вместе с кодом other
said-error-only = относится только к failed
said-idempotency-signs = от 1 до { $most } видимых знаков ASCII
said-idempotency-other = этот ключ уже был у запроса с другим телом
said-idempotency-running = первый запрос с этим Idempotency-Key ещё выполняется
said-ticket-no-id = у этой страницы нет id
said-ticket-id = нужен id того, что показывает страница
said-chat-id = нужен id, который дала страница
said-chat-crowd = слишком много посетителей на связи, подключитесь позже

## Права

said-scope = нужен ключ с областью доступа { $needed }, у этого { $has }
said-vendor-only = это для ключей разработчика
said-role = роль этого не позволяет
said-session-weak = сеанс не доказывает, кто вы
said-access-gone = доступ закрыт

## Источники

said-name-empty = у источника есть название, от 1 до 255 знаков
said-name-long = не больше { $most } знаков, сейчас { $length }
said-name-signs = в названии не бывает переносов строк и управляющих знаков
said-external_id-signs = от 1 до 36 печатных знаков ASCII: латинские буквы, цифры, знаки, пробелы
said-external_id-spaces = без пробелов в начале и в конце
said-pipeline-id = нужен id воронки аккаунта, см. GET …/pipelines
said-pipeline-unknown = такой воронки в аккаунте нет; есть: { $known }
said-services-list = нужен список, как в Sources API { $crm }
said-services-long = слишком длинно
said-services-type = { $crm } знает только "whatsapp"
said-services-empty = не может быть пустым
said-kind-unknown = одно из: { $known }
said-kind-unserved = ни один канал интеграции «{ $integration }» не обслуживает { $kind }
said-channel-unknown = у интеграции «{ $integration }» нет канала с таким id для { $kind }
said-channel-choose = { $kind } обслуживают несколько каналов, укажите один: { $known }
said-drop_before = указывается вместе с "paused": false
said-source-busy = этот источник всё время меняют другие, повторите позже
said-source-limit = в аккаунте { $account } занято { $used } из { $limit } источников; удалите ненужный или попросите у разработчика больше
said-plan-kind = в тарифе «{ $plan }» нет источников вида { $kind }; попросите у разработчика другой тариф
said-shadow = источник «{ $source }» только получает, рядом с другим сервисом; отправляйте через сервис, у которого линия
said-shadow-kind = у линии вида { $kind } один получатель, поэтому тень отобрала бы её у другого сервиса
said-shadow-default = источник, который ничего не отправляет, не может быть основным
said-shadow-replaces = { $host } получает эту линию через то же приложение, а адрес у приложения один; возьмите рядом своё приложение
said-external_id-taken = источник «{ $external_id }» в этом аккаунте уже есть; выберите другой external_id
said-no-webhook = секрет вебхука есть только у источников вида custom
said-webhook-not-kept = этот вебхук нельзя составить заново: можно только сообщения, пока они хранятся
said-no-heir = сначала добавьте источник: он примет воронку и чаты без источника
said-deleted-in-crm = этот источник удалили в { $crm }; создайте его там снова и повторите
said-not-deleted-in-crm = насколько известно, «{ $name }» в { $crm } не удаляли

## Сообщения

said-message-differs = этот id у сообщения { $message }, но отправитель, чат или содержимое другие
said-message-said-else = сообщение с этим id уже было, и текст в нём другой
said-not-from-crm = Статус ставится только сообщениям из { $crm }

## Аккаунт и канал

said-account-is = аккаунт { $account } сейчас { $status }: менять источники можно, пока он активен
said-account-used = аккаунт { $account } ({ $host }) сейчас { $status }: сначала отключите его или удалите принудительно
said-account-no-access = аккаунт { $account } не дал доступа: сначала включите интеграцию в { $crm }
said-account-left = аккаунт { $account } выключил интеграцию: отключать нечего
said-account-never = аккаунт { $account } нельзя подключить: { $reason }
said-account-later = аккаунт { $account } пока не подключён: { $crm } не принимает запрос, повторите позже
said-account-unlisted = аккаунта { $account } нет в allowed_accounts канала { $channel }, и его тарифа нет в allowed_plans
said-hook-version = в { $crm } канал подключён с версией вебхуков «{ $version }»; сообщения приносит только v2
said-channel-is = канал { $channel } для этого аккаунта { $status }
said-channel-is-because = канал { $channel } для этого аккаунта { $status } ({ $reason })
said-status-provisioning = настраивается
said-status-awaiting_credentials = ждёт логина и пароля
said-status-active = активен
said-status-needs_reauth = без доступа (needs_reauth)
said-status-unpaid = не оплачен
said-status-blocked = заблокирован
said-status-suspended = приостановлен
said-status-plan_ended = подписка на сервис закончилась
said-status-disconnected = отключён
said-status-uninstalled = удалён
said-status-connected = подключён
said-status-connecting = подключается
said-status-not_allowed = не разрешён (not_allowed)
said-status-misconfigured = настроен с ошибкой
said-no-grant = аккаунт не дал доступа. Сообщения по-прежнему идут в обе стороны.
said-needs-reauth = { $crm } больше не принимает доступ, который дал аккаунт; администратор должен разрешить его снова.
said-account-unpaid = аккаунт { $crm } не оплачен
said-account-blocked = { $crm } блокирует аккаунт или этот сервер

## Чем кончился вызов

said-crm-answered = ответ { $crm } { $status }: { $text }
said-crm-answered-mute = ответ { $crm } { $status } без текста
said-crm-limit = в { $crm } уже { $count } источников этого аккаунта, больше не принимается. { $reason }
said-crm-busy = { $crm } сейчас не принимает этот вызов, повторите позже
said-crm-silent = { $crm } не отвечает, повторите позже
said-crm-unreached = связи с { $crm } нет, ничего не отправлено ({ $reason })
said-crm-unknown = полного ответа { $crm } нет, исход неизвестен ({ $reason })
said-crm-unreadable = ответ { $crm } { $status } нельзя прочитать, исход неизвестен
said-crm-invalid = вызов не получился: { $reason }
said-template-locked = Шаблон у WhatsApp: изменить или отправить его ещё раз нельзя; скопируйте его и исправьте копию
said-template-no-source = Проверять некому: ни один мессенджер этого аккаунта не принимает шаблоны для официального WhatsApp
said-template-text = не должно быть пустым или длиннее { $most } знаков
said-template-marker = маркер не закрыт: пишите {"{{"}contact.name{"}}"}
said-template-marker-unknown = { $marker } никогда не заполняется: маркер называет поле contact, lead, company, customer или profile, например {"{{"}contact.name{"}}"}
said-template-param-unknown = в шаблоне нет маркера { $marker }
said-template-example = дайте пример для { $marker }
said-template-button = у кнопки должен быть текст
said-template-value = укажите значение для { $marker }
said-template-unapproved = Мессенджер не одобрил этот шаблон; отправлять можно только одобренные
said-template-no-file = У этого шаблона нет файла над текстом; уберите «file»
said-template-not-decided-here = Этот шаблон мессенджер проверяет сам; здесь сообщается только решение своего мессенджера

## Живые проверки

said-connector-none = эта версия не знает мессенджера вида { $kind }
said-channel-not-connected = канал не подключён к аккаунту
said-channel-not-configured = канала { $channel } нет в настройках сервера
said-status-read = статус получен, ответ { $crm } — { $status }: для проверочного сообщения так и должно быть
said-webhook-missing = у источника нет адреса или секрета вебхука
said-webhook-secret = секрет вебхука не подходит для подписи
said-telegram-token = токена бота нет, или это не токен
said-telegram-bot = { $name } отвечает
said-telegram-refused = ответ Telegram: { $text }
said-telegram-answered = ответ Telegram { $status }: { $text }
said-telegram-unreadable = Telegram ответил { $status }, ответ не удалось прочитать
said-telegram-file = здесь файл прочитать не удалось
said-server-answered = ваш сервер ответил { $status }
said-server-unconnected = нет соединения с вашим сервером
said-server-late = ваш сервер не ответил за { $seconds } с
said-server-broke = соединение оборвалось
said-url-scheme = адрес должен начинаться с https://
said-url-plain = http без шифрования не разрешён, укажите https://
said-url-user = в адресе не должно быть имени и пароля
said-url-host = в адресе нет хоста
said-url-port = порт { $port } не разрешён: укажите 443 или порт от 1024
said-url-lookup = имя { $host } сейчас не находится: проверьте его или укажите https://
said-url-private = { $host } — не публичный адрес
said-install-ours = мешает что-то на стороне Парома; причину разработчик найдёт в журнале
said-install-gone = аккаунта больше нет в базе Парома
said-install-leaving = аккаунт удаляется
said-install-paused = новые установки «{ $integration }» приостановлены
said-install-foreign = доступ дан не тому аккаунту, который ответил
said-install-no-chats = у аккаунта { $account } нет ID в API чатов (amojo_id): чаты там выключены, напишите в поддержку { $crm }
said-install-given-up =
    попыток больше не будет, сделано { $count ->
        [one] { $count } попытка
        [few] { $count } попытки
        [many] { $count } попыток
       *[other] { $count } попытки
    }: { $reason }
said-net-name = имя не находится в DNS
said-net-refused = в соединении отказано
said-net-certificate = сертификат не принимается
said-net-late = ответ не пришёл вовремя
said-net-unreachable = до этого адреса нет пути
said-net-cut = соединение оборвалось
said-net-proxy-down = прокси сервиса не отвечает; какой именно, разработчику покажет parom doctor
said-net-proxy-login = прокси сервиса не пропускает этот вызов; разработчику нужно проверить его имя, пароль и правила
said-net-proxy-way = прокси сервиса не находит пути к этому адресу
said-import-not-json = строка не в формате JSON
said-import-not-utf8 = символ в этой строке повреждён: это не UTF-8
said-import-encoding = кодировка файла неизвестна: сохраните его в UTF-8 (в Excel – «CSV UTF-8») и загрузите ещё раз
said-import-empty = в файле нет строк после названий полей
said-import-twice = такой id уже есть выше в файле
said-import-column = Столбец { $column } пуст
said-import-no-bot = сообщение менеджера не импортировать: у канала нет бота, а в строке нет sender.user_id
said-import-undelivered = { $crm } не принимает это сообщение; оно среди недоставленных
said-import-erased = за это время сообщение стёрли
said-import-no-source = Источник удалён: восстановите его и продолжите.
said-import-history-refused = Мессенджер не показывает прежние сообщения: { $reason }
said-import-history-away = Мессенджер сейчас не отвечает: { $reason }. Запрос повторится автоматически.
said-no-answer-in-time = нет ответа вовремя
said-import-over = Этот импорт уже нельзя изменить: { $state }.
said-import-busy = этот импорт сейчас меняет кто-то другой: повторите
said-import-header = первая строка CSV должна называть поля; в ней нет { $missing }
said-import-type = тело должно быть application/x-ndjson, text/csv или application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
said-import-old-workbook = это книга старого Excel или книга с паролем: сохраните её как .xlsx без пароля или как CSV
said-import-meaning = «{ $word }» – не значение столбца этого файла; есть { $all }
said-import-columns = первая строка не называет поля сообщения, поэтому укажите, что в столбцах: судя по названиям, --columns { $columns }. Сначала посмотрите на сообщения с --dry-run
said-import-columns-twice = у двух столбцов одно значение: оставьте один
said-import-columns-date = столбец с датой
said-import-columns-text = столбец с текстом или со ссылками на файлы
said-import-columns-chat = столбец, по которому различаются клиенты: телефон, почта, имя или ID чата
said-import-dates = порядок дня и месяца: «{ $date }» можно прочесть двояко
said-import-dates-mixed = в одних датах сначала день, в других месяц: исправьте их в файле
said-import-we = какие значения в «{ $column }» – ваша сторона: { $values }
said-import-future = дата в будущем: проверьте порядок дня и месяца
said-import-no-sender = не указано, кто написал
said-import-no-chat = не указано, какого клиента это чат
said-import-phone = телефон клиента – не номер телефона
said-dump-unknown = это ни сообщения по строкам, ни выгрузка, которую можно прочитать
said-dump-archive = архив повреждён: выгрузите чат ещё раз
said-dump-large = в выгрузке больше { $most } МБ текста (import.file_mb): выгрузите меньше чатов или за меньшее время
said-dump-cut = файл обрывается на строке { $line }: выгрузите его ещё раз
said-dump-broken = файл повреждён в строке { $line }: выгрузите его ещё раз
said-dump-mixed = строка { $line } записана иначе, чем строки выше: импортируйте каждую выгрузку отдельно
said-dump-orders = в строке { $line } сначала день, а в строке { $other } – месяц: импортируйте каждую выгрузку отдельно
said-dump-dates = ни одна дата в файле не показывает, что идёт первым, день или месяц: выберите («Даты» или --dates)
said-dump-date = даты в строке { $line } не бывает, или она в будущем: проверьте порядок дня и месяца
said-dump-no-date = нет даты, которую можно прочитать
said-dump-we = выберите, какое из этих имён ваше («Имя вашей стороны в выгрузке» или --we): { $names }
said-dump-group = группы не импортируются, только чаты с одним клиентом: { $names }
said-dump-no-customer = это не чат с клиентом: { $names }
said-dump-phone = телефон клиента нужен с кодом страны, например +79151112233
said-dump-note = заметка, а не сообщение
said-dump-omitted = файла в выгрузке нет: выгрузите чат с медиафайлами
said-dump-nothing = нет ни текста, ни файла
said-dump-strange = это не сообщение
said-install-queued = сначала заканчиваются другие установки
said-key-too-fast = этому ключу можно { $most } запросов в секунду: шлите реже, а этот запрос повторите через время из Retry-After
said-key-too-much = этому ключу можно { $most } МБ в день (UTC): повторите через время из Retry-After или попросите у разработчика больше
said-imports-many = у аккаунта уже { $most } незавершённых импортов: дождитесь конца одного из них или отмените его
said-imports-large = файлы незавершённых импортов аккаунта могут занимать вместе { $most } МБ: дождитесь конца одного из них или отмените его
said-account-full = аккаунт хранит { $most } МБ, больше нельзя: сократите срок хранения текстов, удалите файлы и импорты или попросите у разработчика больше
said-disk-share = диск сервера почти полон, а этот аккаунт хранит больше других: сократите срок хранения текстов или повторите позже
said-visitor-too-much = сегодня здесь больше не принимаем файлы
said-templates-not-reviewed = Этот мессенджер не проверяет шаблоны.
said-agreement-changed = договор тем временем изменился: прочтите его ещё раз
