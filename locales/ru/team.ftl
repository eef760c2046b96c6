## Team

team-title = Команда
team-invite = Пригласить
team-invite-sent = Приглашение отправлено на { $email }. Ссылка действует 7 дней.
team-role-owner = Владелец
team-from-crm = Администраторы { $crm } входят из виджета без пароля.
team-remove-confirm =
    Убрать { $name }? Открытые сеансы сразу завершатся; { $keys ->
        [0] ключей у этого человека нет
        [one] { $keys } ключ этого человека останется
        [few] { $keys } ключа этого человека останутся
        [many] { $keys } ключей этого человека останутся
       *[other] { $keys } ключа этого человека останутся
    }.
team-last-owner = Это последний владелец. Сначала назначьте другого.
team-two-step = Вход с подтверждением

## Audit

audit-title = Журнал действий
audit-empty = За этот период ничего не меняли.
audit-col-who = Кто
audit-col-what = Что
audit-col-when = Когда
audit-vendor-looked = Поддержка разработчика смотрела этот аккаунт: { $reason }
audit-download = Скачать CSV
team-invite-unsent = Письмо на { $email } не ушло: почтовый сервер его не принял. Создайте ссылку в строке ниже и передайте её.
team-invite-copy = Передайте эту ссылку: { $email }. Она сработает один раз, в течение 7 дней.
team-link-copy = Передайте эту ссылку: { $email }. Она сработает один раз, в течение 10 минут, только для этого аккаунта.
team-link-make = Создать ссылку для входа
team-invite-wait =
    { $minutes ->
        [one] Слишком много приглашений за час, ничего не отправлено. Повторите через { $minutes } минуту или сами передайте ссылку тому, кого приглашали раньше.
        [few] Слишком много приглашений за час, ничего не отправлено. Повторите через { $minutes } минуты или сами передайте ссылку тому, кого приглашали раньше.
       *[other] Слишком много приглашений за час, ничего не отправлено. Повторите через { $minutes } минут или сами передайте ссылку тому, кого приглашали раньше.
    }
team-known = { $email } уже в команде.
team-role-administrator = Администратор
team-role-viewer = Наблюдатель
team-may-owner = всё, вместе с командой и данными
team-may-administrator = источники, сообщения, ключи
team-may-viewer = только просмотр
team-role-of = Роль: { $name }
team-role-change = Изменить
team-role-changed = { $name }: { $role }
team-col-name = Имя
team-col-role = Роль
team-col-state = Состояние
team-col-seen = Последний вход
team-me = вы
team-crm-user = пользователь { $crm }
team-remove = Убрать
team-remove-title = Убрать { $name }?
team-removed = У { $name } больше нет доступа.
team-invite-title = Пригласить в команду
team-owner-only = Приглашают и меняют роли владельцы.
team-two-step-remove = Отключить вход с подтверждением
team-two-step-removed = Пароль и аутентификатор удалены, все сеансы завершены: { $name }. Передайте эту ссылку, чтобы настроить их заново: она сработает один раз, в течение 10 минут.
team-two-step-mailed = Пароль и аутентификатор удалены, все сеансы завершены: { $name }. Письмо со ссылкой, чтобы настроить их заново, уже в пути.
team-demand-text = Каждому, кто входит по почте, понадобится приложение-аутентификатор. Пользователи { $crm } входят из виджета.
team-demand-on = Требовать от всех
team-demand-off = Оставить по желанию
team-demand-is-on = Вход с подтверждением теперь обязателен для всех.
team-demand-is-off = Вход с подтверждением теперь необязателен.
team-two-step-wait =
    { $minutes ->
        [one] { $name }: за час уже отправлены три ссылки. Ничего не изменено. Повторите через { $minutes } минуту.
        [few] { $name }: за час уже отправлены три ссылки. Ничего не изменено. Повторите через { $minutes } минуты.
       *[other] { $name }: за час уже отправлены три ссылки. Ничего не изменено. Повторите через { $minutes } минут.
    }
team-two-step-elsewhere = { $name } состоит и в других аккаунтах: отключить вход с подтверждением может только поддержка.
audit-col-object = Объект
audit-col-address = IP-адрес
audit-all = Всё
audit-from = С
audit-to = По
audit-refused = Отказано
audit-group-source = Источники
audit-group-account = Аккаунт
audit-group-member = Команда и вход
audit-group-key = Ключи
audit-group-message = Сообщения
audit-group-undelivered = Недоставленное
audit-group-import = Импорт
audit-group-template = Шаблоны
audit-group-alert = Оповещения
audit-group-data = Данные
audit-group-text = Просмотр текстов
audit-actor-member = участник команды
audit-actor-operator = поддержка разработчика
audit-actor-crm_user = пользователь { $crm }
audit-actor-key = ключ API
audit-actor-cli = командная строка
audit-actor-stranger = вход не выполнен
audit-actor-parom = Паром
audit-did-source-created = Добавлен источник
audit-did-source-changed = Изменён источник
audit-did-source-deleted = Удалён источник
audit-did-source-restored = Источник снова создан в { $crm }
audit-did-source-tested = Проверен источник
audit-did-source-suspended = Источник поставлен на паузу: его сервер не отвечал сутки
audit-did-source-gone_from_crm = Источник удалён в { $crm }
audit-did-source-pipeline_archived = Воронка источника в архиве { $crm }
audit-did-source-secret_rotated = Секрет подписи вебхуков заменён
audit-did-webhook-resent = Вебхук отправлен ещё раз
audit-did-vendor_event-resent = Событие отправлено на ваш вебхук ещё раз
audit-did-template-created = Шаблон создан
audit-did-template-changed = Шаблон изменён
audit-did-template-sent = Шаблон отправлен на проверку
audit-did-template-decided = Решение по шаблону
audit-did-template-deleted = Шаблон удалён
audit-did-source-adopted = Передан источник { $crm }
audit-did-stray_source-removed = Убран источник { $crm }
audit-did-account-connected = Аккаунт подключён
audit-did-account-consented = Договор принят
audit-did-account-disconnected = Аккаунт отключён
audit-did-account-suspended = Аккаунт приостановлен разработчиком
audit-did-account-resumed = Работа аккаунта возобновлена разработчиком
audit-did-account-limited = Разработчик изменил число источников
audit-did-account-reconciled = Источники сверены с { $crm }
audit-did-account-forgotten = Удалено всё по аккаунту
audit-did-account-compared = Начат поиск пропущенных сообщений
audit-did-account-limit_changed = Разработчик изменил число источников
audit-did-account-plan_ended = Подписка закончилась, доставка остановлена
audit-did-account-plan_renewed = Подписка продлена, доставка возобновлена
audit-did-account-plan_changed = Разработчик изменил тариф или подписку
audit-did-undelivered-redriven = Разработчик отправил недоставленное ещё раз
audit-did-undelivered-redrive_stopped = Разработчик остановил повторную отправку
audit-did-account-weighed = Разработчик изменил приоритет аккаунта
audit-did-account-window_off = Разработчик выключил окно сообщений
audit-did-account-window_on = Разработчик включил окно сообщений
audit-did-account-looked_at = Аккаунт смотрела поддержка разработчика
audit-did-member-access_ended = Доступ из { $crm } завершён
audit-did-account-second_step_demanded = Вход с подтверждением стал обязательным
audit-did-account-second_step_freed = Вход с подтверждением стал необязательным
audit-did-member-signed_in = Вход
audit-did-member-invited = Приглашение
audit-did-member-joined = Приглашение принято
audit-did-member-role_changed = Изменена роль
audit-did-member-removed = Доступ закрыт
audit-did-member-link_made = Создана ссылка для входа
audit-did-member-password_set = Задан пароль
audit-did-member-sessions_ended = Завершены свои сеансы
audit-did-member-two_step_added = Включён вход с подтверждением
audit-did-member-two_step_removed = Выключен вход с подтверждением
audit-did-import-counted = Файл для импорта проверен
audit-did-import-started = Импорт запущен
audit-did-import-finished = Импорт завершён
audit-did-import-paused = Импорт поставлен на паузу
audit-did-import-resumed = Импорт продолжен
audit-did-import-cancelled = Импорт остановлен
audit-did-key-created = Создан ключ
audit-did-key-used = Обращение с ключом
audit-did-key-revoked = Отозван ключ
audit-did-vault-turned = Заменён ключ шифрования
audit-did-backup-created = Создана резервная копия
audit-did-backup-restored = Восстановлено из резервной копии
audit-did-card-refused = Запрашивал много чатов, которых { $crm } ему не показывает
audit-did-message-sent_again = Сообщение отправлено ещё раз
audit-did-message-given_up = Отправка прекращена
audit-did-message-tried_now = Повтор сообщения сразу
audit-did-undelivered-retried = Недоставленное отправлено ещё раз
audit-did-undelivered-dropped = Недоставленное удалено
audit-did-undelivered-exported = Недоставленное скачано
audit-did-report-exported = Отчёт скачан
audit-did-message-exported = Сообщения скачаны
audit-did-undelivered-stopped = Работа с недоставленным остановлена
audit-did-data-exported = Скачана выгрузка
audit-did-data-term_changed = Изменён срок хранения
audit-did-data-erased = Удалены данные клиента
audit-did-text-looked_at = Просмотрен текст сообщения
audit-did-alert-taken = Оповещение взято в работу
audit-did-alert-muted = Оповещение отключено на время
audit-did-alert-letters_chosen = Изменены оповещения по почте
audit-did-alert-chat_asked = Запрошен код для чата с оповещениями
audit-did-alert-chat_linked = Чат для оповещений связан
audit-did-alert-device_added = Добавлен браузер для оповещений
audit-did-alert-device_removed = Удалён браузер для оповещений
audit-did-alert-chat_unlinked = Чат для оповещений отвязан
audit-did-alert-webhook_set = Вебхук для оповещений задан
audit-did-alert-webhook_removed = Вебхук для оповещений удалён
audit-object-message = Сообщение
audit-detail-expires_at = действует до
audit-detail-fields = изменено
audit-detail-scope = права
audit-detail-default = источник по умолчанию
audit-detail-in_crm = изменено в { $crm }
audit-detail-was_named = прежнее название
audit-detail-name = название
audit-detail-role = роль
audit-detail-reason = причина
audit-detail-why = причина
audit-detail-count = количество
audit-detail-sessions = завершено сеансов
audit-detail-messages = сообщений
audit-detail-chats = чатов
audit-detail-done = импортировано
audit-detail-skipped = пропущено
audit-detail-duplicates = повторов
audit-detail-days = дней
audit-detail-from = было
audit-detail-to = стало
audit-detail-source = источник
audit-detail-email = почта
audit-detail-kind = мессенджер
audit-detail-forget_authenticator = аутентификатор отвязан
audit-field-name = название
audit-field-pipeline_id = воронка
audit-field-default = источник по умолчанию
audit-field-settings = настройки
audit-field-paused = пауза
audit-field-secret = секрет подписи
audit-field-services = возможности WhatsApp
audit-field-contact_rule = правило для контактов
audit-field-lead_origin = откуда пришёл клиент
audit-field-logo = логотип
audit-field-channel_id = канал
audit-why-amocrm = решено в { $crm }
audit-why-unconfirmed = { $crm } не подтверждает пользователя
audit-did-account-access_lost = { $crm } больше не принимает доступ
audit-did-account-unpaid = { $crm } требует оплаты
audit-did-account-blocked = Заблокировано со стороны { $crm }
audit-did-account-served = { $crm } снова обслуживает аккаунт
audit-why-password = не тот пароль
audit-why-unknown = неизвестно
audit-why-revoked = отозвано
audit-why-expired = истекло
