## Vendor’s admin

admin-title = Админка Парома
admin-tenants = Аккаунты
admin-tenants-empty = Интеграцию ещё никто не установил.
admin-col-queue = Дольше всех ждёт
admin-col-behind = Отстаёт на
admin-view-as = Открыть панель аккаунта
admin-view-as-reason = Зачем это нужно? Аккаунт увидит причину.
admin-integrations = Интеграции
admin-queues = Очереди
admin-redrive-preview =
    Повторно уйдёт { $count ->
        [one] { $count } отправление
        [few] { $count } отправления
        [many] { $count } отправлений
       *[other] { $count } отправления
    } { $tenants ->
        [one] { $tenants } аккаунта
        [few] { $tenants } аккаунтов
        [many] { $tenants } аккаунтов
       *[other] { $tenants } аккаунта
    }. Пока ничего не отправлено.
admin-redrive-start = Отправить, { $rate } в секунду
admin-redrive-stop = Остановить
admin-redrive-title = Отправить ещё раз: { $account }
admin-redrive-running = { $done } из { $total } отправлены снова
admin-redrive-started =
    { $count ->
        [one] { $count } отправление аккаунта { $account } уходит снова.
        [few] { $count } отправления аккаунта { $account } уходят снова.
        [many] { $count } отправлений аккаунта { $account } уходят снова.
       *[other] { $count } отправления аккаунта { $account } уходят снова.
    }
admin-redrive-stopped = Остановлено. Остальные ждут решения.
admin-redrive-over = Уже завершено.
admin-redrop-preview =
    Насовсем { $count ->
        [one] будет удалено { $count } отправление
        [few] будут удалены { $count } отправления
        [many] будут удалены { $count } отправлений
       *[other] будут удалены { $count } отправления
    } { $tenants ->
        [one] { $tenants } аккаунта
        [few] { $tenants } аккаунтов
        [many] { $tenants } аккаунтов
       *[other] { $tenants } аккаунта
    }. Пока ничего не удалено.
admin-redrop-start = Удалить, { $rate } в секунду
admin-redrop-title = Удалить: { $account }
admin-redrop-started =
    { $count ->
        [one] { $count } отправление аккаунта { $account } удаляется.
        [few] { $count } отправления аккаунта { $account } удаляются.
        [many] { $count } отправлений аккаунта { $account } удаляются.
       *[other] { $count } отправления аккаунта { $account } удаляются.
    }
admin-dead-list = По одному
admin-dead-again = Отправить все ещё раз
admin-dead-remove = Удалить все
admin-dead-remove-one = Удалить
admin-col-tries = Попытки
admin-col-letter = Отправление
admin-doctor = Самопроверка
admin-run-doctor = Запустить проверку
admin-suspend = Приостановить аккаунт
admin-suspend-confirm =
    У { $account } { $sources ->
        [one] { $sources } источник продолжит
        [few] { $sources } источника продолжат
        [many] { $sources } источников продолжат
       *[other] { $sources } источника продолжат
    } принимать и хранить сообщения, доставка остановится. Аккаунт увидит причину.

## Vendor’s admin: sign-in

admin-sign-in = Вход в админку
admin-sign-in-button = Войти
admin-email = Почта
admin-password = Пароль
admin-continue-to-code = Продолжить к коду
admin-or = или
admin-send-link = Прислать ссылку для входа
admin-link-by-command = Ссылку для входа печатает команда на сервере:
admin-link-subject = Вход в админку Парома
admin-link-letter = Откройте эту ссылку, чтобы войти в админку Парома. Она работает один раз и действует 10 минут; затем понадобится код из аутентификатора: { $url }
admin-link-says = Ссылка сработает один раз. Затем понадобится аутентификатор; если он ещё не подключён, вы подключите его на следующем шаге.
admin-link-used = Эта ссылка уже использована или истекла. Новую может создать другой оператор, а на сервере: parom vendor link EMAIL
admin-sign-in-wrong = Почта или пароль не подошли. После 5 попыток нужно подождать минуту.
admin-too-many-tries =
    Слишком много попыток. Следующая — через { $seconds ->
        [one] { $seconds } секунду
        [few] { $seconds } секунды
        [many] { $seconds } секунд
       *[other] { $seconds } секунды
    }.
admin-code = Код из аутентификатора
admin-code-label = Шесть цифр
admin-code-says = Откройте аутентификатор и введите код для Парома. Каждый код работает один раз.
admin-code-wrong = Код не подходит или уже использован. Дождитесь следующего и проверьте часы телефона.
admin-code-recover = Войти по резервному коду
admin-code-lost = Утеряны и аутентификатор, и резервные коды? На сервере:
admin-enrol = Подключение аутентификатора
admin-enrol-says = Для входа в админку нужен аутентификатор. Отсканируйте им QR-код и введите код, который он покажет.
admin-enrol-picture = QR-код для аутентификатора
admin-enrol-by-hand = Или введите этот секрет вручную:
admin-enrol-open = Открыть в аутентификаторе на этом устройстве
admin-enrol-by-link = Аутентификатор ещё не подключён, и при этом входе его не подключить. Ссылку для этого создаст другой оператор в разделе «Операторы» или команда на сервере: parom vendor link EMAIL
admin-own = Ваш вход
admin-own-link = Вы входите по одноразовым ссылкам и аутентификатору. С паролем ссылки не понадобятся.
admin-own-password = Вы входите по паролю и аутентификатору. Новый пароль завершит остальные ваши сеансы.
admin-new-password = Новый пароль
admin-current = Текущий пароль или код
admin-current-hint = Чтобы никто не поменял пароль в сеансе, который вы оставили открытым.
admin-current-wrong = Это не ваш пароль и не действующий код.
admin-prove = Подтвердите, что это вы
admin-prove-says = Без этого нельзя менять интеграции, каналы, операторов и тарифы. Подтверждение действует десять минут в этом сеансе. Если вы только что отправили форму, ничего не изменилось: отправьте её ещё раз.
admin-prove-button = Подтвердить
admin-told-subject = { $did }: { $object }
admin-told-body =
    { $name } ({ $email }), { $server }, { $time }, адрес { $address }:
    { $did }: { $object }

    Это письмо получают все операторы. Если о действии никто не знает, закройте этому оператору доступ и проверьте журнал: { $server }/admin/operators
admin-set-password = Задать пароль
admin-password-set = Пароль задан. Остальные ваши сеансы завершены.
admin-recovery-title = Резервные коды
admin-recovery-says = Если аутентификатор потеряется, каждый из этих кодов один раз заменит его код при входе.
admin-recovery-left =
    { $count ->
        [0] Кодов нет.
        [one] Остался { $count } код.
        [few] Осталось { $count } кода.
        [many] Осталось { $count } кодов.
       *[other] Осталось { $count } кода.
    }
admin-recovery-renew = Создать новые коды
admin-recovery-code = Резервный код
admin-recovery-keep = Сохраните эти коды в менеджере паролей или распечатайте. Если аутентификатор потеряется, по каждому можно войти один раз.
admin-recovery-once = Они показаны только сейчас. Новые коды заменят эти, новый аутентификатор – тоже.
admin-recovery-kept = Коды сохранены
admin-signed-in = Вход выполнен
admin-this-session = Этот сеанс
admin-session-began = начат
admin-session-seen = последнее действие
admin-end-sessions = Завершить остальные сеансы
admin-sessions-ended =
    { $count ->
        [0] Других сеансов не было.
        [one] Завершён { $count } сеанс.
        [few] Завершены { $count } сеанса.
        [many] Завершены { $count } сеансов.
       *[other] Завершены { $count } сеанса.
    }
admin-to-start = Перейти к аккаунтам
admin-form-refused = Форма из прежнего сеанса или с другого сайта, ничего не изменено. Откройте страницу заново.
admin-form-unreadable = В адресе или форме есть поля, которых эта страница не знает, ничего не изменено. Вернитесь и повторите.
admin-storage-away = База данных не отвечает, ничего не изменено. Мессенджеры и amoCRM получают просьбу повторить. Повторите через минуту.
admin-conflict = В нынешнем состоянии аккаунта это сделать нельзя. Проверьте его ещё раз.

## Vendor’s admin: accounts

admin-search = Поиск
admin-search-hint = Часть адреса или названия, ID аккаунта или сообщения (Парома, amoCRM, мессенджера), полный номер телефона клиента или его хеш.
admin-any-state = Любое состояние
admin-none-found = Подходящих аккаунтов нет.
admin-first-page = Первая страница
admin-next-page = Следующая страница
admin-col-account = Аккаунт
admin-col-integration = Интеграция
admin-col-state = Состояние
admin-col-errors = Неудачные запросы
admin-col-name = Название
admin-col-person = Имя
admin-col-seen = Последнее действие
admin-col-kind = Мессенджер
admin-col-since = С какого времени
admin-col-where = Направление
admin-col-waiting = Ждут
admin-col-reason = Причина
admin-col-count = Количество
admin-col-last = Последнее
admin-col-object = Объект
admin-col-outcome = Итог
admin-col-deed = Действие
admin-errors-hint = Неудачные запросы — к amoCRM и мессенджерам за этот и предыдущий час, как в обзоре самого аккаунта. Отказ — это ответ.
admin-channels-refused =
    { $count ->
        [one] { $count } канал не разрешён
        [few] { $count } канала не разрешены
        [many] { $count } каналов не разрешены
       *[other] { $count } канала не разрешены
    }
admin-link-for-administrator = Ссылка для администратора
admin-fact-name = Название в amoCRM
admin-fact-account-id = ID аккаунта
admin-fact-id = ID в Пароме
admin-fact-amojo-id = ID в API чатов
admin-fact-since = Установлен
admin-fact-waiting = Ждут
admin-letters =
    { $count ->
        [one] { $count } отправление
        [few] { $count } отправления
        [many] { $count } отправлений
       *[other] { $count } отправления
    }
admin-oldest = дольше всех
admin-access-by = Доступ дан
admin-access-renewed = Обновлён
admin-access-next = Обновится не позже
admin-access-grants = Сколько людей дали доступ
admin-allow-again-says = Ссылка для администратора аккаунта: по ней { $crm } заново спросит о доступе. Источники и чаты останутся как есть.
admin-account-channels = Каналы
admin-no-channel = Ни один канал ещё не подключён.
admin-channel-connected = Подключён
admin-channel-next-try = Следующая попытка
admin-ask-support-says = Канал закрытый, и этого аккаунта нет в его списке. Текст для поддержки amoCRM:
admin-ask-support = Разрешите аккаунту { $account } ({ $host }) подключать наш канал чатов { $channel } ({ $code }).
admin-no-sources = Источников у аккаунта пока нет.
admin-limits = Лимиты
admin-limit-label = Сколько источников может быть у аккаунта
admin-limit-hint = От 0 до 100; сейчас занято { $used }. Пусто: { $limit }, как в настройках сервера.
admin-limit-wrong = Лимит — целое число от 0 до 100 или пустое поле.
admin-texts-label = Сколько дней хранить тексты сообщений
admin-texts-hint = Пусто: число из настроек сервера ({ $days }). 0: не хранить; текст удаляется сразу после доставки сообщения.
admin-kept-hooks = Сколько дней хранить входящие запросы как есть
admin-kept-attempts = Сколько дней хранить попытки доставки
admin-kept-undelivered = Сколько дней хранить недоставленные сообщения
admin-kept-audit = Сколько дней хранить журнал действий
admin-kept-hint = Пусто: число из настроек сервера ({ $days }). Больше него нельзя.
admin-kept-wrong = Число дней — целое, от 1 до числа из настроек сервера. Ничего не изменено.
admin-texts-wrong = Число дней — целое, не больше { $most }. Ничего не изменено.
admin-weight-label = Приоритет, когда ждут многие
admin-weight-hint = От 1 до 100; обычно 1, а 3 получает втрое больше. Учитывается, только пока ждут и другие.
admin-weight-wrong = Приоритет — целое число от 1 до { $most }. Ничего не изменено.
admin-service = Обслуживание
admin-suspended-says = Аккаунт приостановлен: сообщения принимаются и ждут, ничего не доставляется.
admin-suspend-question = Приостановить { $account }?
admin-suspend-reason = Причина, аккаунт её увидит
admin-suspended = { $account } приостановлен. Сообщения принимаются и ждут.
admin-resume = Возобновить аккаунт
admin-resumed = { $account } снова обслуживается. Всё, что ждало, уходит по порядку.
admin-reason-missing = Напишите причину, не меньше 3 знаков.
admin-view-as-question = Открыть панель { $account }?
admin-view-as-says = 30 минут вы видите панель аккаунта: только просмотр, без текстов сообщений. Просмотр и его причина останутся в журналах аккаунта и разработчика.
admin-to-account = К аккаунту

## Vendor’s admin: integrations and channels

admin-no-integration = Ни одной интеграции нет. Создайте её здесь, добавьте [[integration]] в файл настроек или выполните parom integration set.
admin-int-paused = Новые установки приостановлены: подключаются только аккаунты, которые Паром знает.
admin-int-in-file = Задана в файле настроек: измените её там, и пусть сервер перечитает файл (SIGHUP). Перезапуск не нужен.
admin-int-stored = Хранится в базе: изменяется здесь или командой «parom integration», без перезапуска.
admin-int-client-id = ID интеграции
admin-int-secret = Секрет, последние знаки
admin-int-previous = прежний, ещё принимается:
admin-int-redirect = Redirect URI
admin-int-hosts = Адреса аккаунтов
admin-int-addresses = Адреса
admin-int-widget = Код виджета
admin-road = Публикация в маркетплейсе
admin-road-says = Те же шаги проверяет «parom doctor». Когда все пройдены, список исчезает; подробности — в docs/ru/marketplace.md.
admin-road-look = Проверить сейчас
admin-road-looked = Проверено.
admin-road-as-of = Проверено { $time }
admin-road-never = Ещё не проверялось
admin-road-link = Публикация в маркетплейсе: что дальше
admin-road-integration = Интеграция создана, её ключи вписаны
admin-road-installed = Установлена в вашем аккаунте
admin-road-archive = Архив загружен
admin-road-channel = Поддержка amoCRM зарегистрировала канал
admin-road-connected = Канал подключён к вашему аккаунту
admin-road-first_source = Первый источник
admin-road-message = Первое сообщение
admin-road-published = Опубликована в маркетплейсе
admin-channel = Канал «{ $title }»
admin-channel-id = ID канала
admin-channel-code = Код
admin-channel-secret = Секрет, последние знаки
admin-channel-webhook = Адрес вебхука
admin-channel-connectors = Мессенджеры
admin-channel-bot = Бот
admin-channel-unused = Его ещё никто не подключил.
admin-accounts-count =
    { $count ->
        [one] { $count } аккаунт
        [few] { $count } аккаунта
        [many] { $count } аккаунтов
       *[other] { $count } аккаунта
    }
admin-agreed = Что согласовано с поддержкой
admin-agreed-hint = amoCRM не сообщает этого по API: здесь то, что записано в настройках сервера.
admin-agreed-accounts = Кто может подключать
admin-channel-all-accounts = все, канал публичный
admin-channel-plan = тариф «{ $plan }»
admin-channel-crm-decides = список amoCRM, канал закрытый
admin-agreed-write-first = Написать первым
admin-agreed-window = Временное окно
admin-agreed-templates = После окна только шаблоны
admin-agreed-reactions = Реакции
admin-agreed-quotes = Цитирование
admin-agreed-forwards = Пересылка
admin-agreed-voice = Голосовые сообщения
admin-agreed-typing = Вебхуки о наборе текста
admin-agreed-files = Хранит файлы сам
admin-refused-accounts = Аккаунты, которым amoCRM не даёт подключать
admin-letter = Запрос на регистрацию
admin-letter-new = Запрос на новый канал
admin-letter-known = Запрос об этом канале
admin-letter-says = Заполнено всё, о чём спрашивает поддержка amoCRM. Приложите иконку.
admin-letter-gaps =
    { $count ->
        [one] В настройках не хватает { $count } сведения
        [few] В настройках не хватает { $count } сведений
        [many] В настройках не хватает { $count } сведений
       *[other] В настройках не хватает { $count } сведений
    }. Без них поддержка задаст вопросы.
admin-letter-language = Язык запроса
admin-letter-subject = Тема
admin-letter-text = Текст
admin-letter-icon = Скачать иконку

## Vendor’s admin: queues, undelivered, alerts, doctor

admin-queues-empty = Нигде ничего не ждёт.
admin-queues-says = Что ждёт, сбоит или задержано; сначала самое давнее на странице.
admin-host-closed = не проходят вызовы нескольких аккаунтов, обращений туда не будет до
admin-to-crm = в amoCRM
admin-to-messenger = в мессенджер источника «{ $source }»
admin-to-messengers = в мессенджер
admin-failures =
    { $count ->
        [one] { $count } сбой подряд
        [few] { $count } сбоя подряд
        [many] { $count } сбоев подряд
       *[other] { $count } сбоя подряд
    }
admin-next = следующая попытка
admin-turn-breaker = Не отвечает
admin-turn-probe = Скоро продолжится
admin-turn-wait = Просят подождать
admin-turn-rate = На полной скорости
admin-turn-fails = Сбоит, будет повтор
admin-turn-runs = Отправляется
admin-try-now = Повторить сейчас
admin-turn-tried = { $account }: одно отправление пробуется сейчас, остальные пойдут за ним, если оно дойдёт.
admin-turn-not-tried = { $account }: вручную повторять нечего, проверьте состояние ещё раз.
admin-undelivered-hint = Счёт по всем аккаунтам, без текстов. В своей панели аккаунт может то же самое.
admin-several-kinds = разные виды
admin-several-people = Кто-то
admin-alerts = Оповещения
admin-alerts-no-letters = Писем об этих оповещениях вы не получаете.
admin-alerts-mail-off = Письма не отправляются: раздел [mail] настроек не заполнен.
admin-alert-opened = Начало:
admin-alert-last = последний раз
admin-alert-count =
    { $count ->
        [one] { $count } раз
        [few] { $count } раза
        [many] { $count } раз
       *[other] { $count } раза
    }
admin-alert-other = Оповещение { $kind }
admin-doctor-says = Проверяет настройки и всё, от чего зависит сервер, как команда «parom doctor». Занимает несколько секунд.
admin-doctor-passed =
    { $count ->
        [one] Пройдена { $count } проверка
        [few] Пройдены { $count } проверки
        [many] Пройдено { $count } проверок
       *[other] Пройдено { $count } проверки
    }

## Vendor’s admin: audit log, operators

admin-audit-account = Аккаунт
admin-audit-account-hint = Адрес или ID аккаунта; пусто — журнал самого разработчика.
admin-audit-wrong = Такого аккаунта нет, или дата указана не так. Пример даты: 2026-11-18.
admin-outcome-done = Сделано
admin-outcome-refused = Отказано
admin-actor-member = Участник команды
admin-actor-operator = Оператор
admin-actor-crm_user = Пользователь amoCRM
admin-actor-key = Ключ API
admin-actor-cli = Командная строка
admin-actor-stranger = Вход не выполнен
admin-actor-parom = Паром
admin-operators = Операторы
admin-operator-add = Добавить оператора
admin-operator-already = { $email } уже оператор. Кнопка «Новая ссылка» создаст ещё одну ссылку для входа.
admin-operator-disable = Убрать доступ
admin-operator-disable-question = Закрыть админку для { $email }?
admin-operator-disable-says = Сеансы завершатся сразу, неиспользованные ссылки перестанут работать. Роли в панелях аккаунтов останутся.
admin-operator-disabled = { $email } больше не входит в админку.
admin-operator-self = Убрать доступ себе нельзя. Это может сделать другой оператор.
admin-two-step-on = Включён
admin-two-step-first = При первом входе
admin-new-link = Новая ссылка
admin-new-link-says =
    Передайте эту ссылку { $email }. Она работает один раз и действует { $minutes ->
        [one] { $minutes } минуту
        [few] { $minutes } минуты
        [many] { $minutes } минут
       *[other] { $minutes } минуты
    }.

## Vendor’s alerts

alert-integration_refused-subject = amoCRM не принимает интеграцию { $integration }
alert-integration_refused-body = Доступ аккаунтов этой интеграции не продлевается: на запрос аккаунта { $account_id } amoCRM отвечает { $status } «{ $said }». Сверьте id, секрет и адрес перенаправления интеграции со страницей amoCRM. Ни один аккаунт доступ не теряет; Паром продолжает попытки.
alert-channel_not_allowed-subject = { $host }: канал не разрешён этому аккаунту
alert-channel_not_allowed-body = Канал закрытый, аккаунта { $account_id } нет в его списке. Текст для поддержки amoCRM — на странице аккаунта; Паром сам изредка повторяет попытку.
alert-channel_misconfigured-subject = { $host }: amoCRM не принимает настройки канала
alert-channel_misconfigured-body = Сообщения этого аккаунта ждут здесь. Сверьте id и секрет канала { $channel_id } с письмом amoCRM.
alert-channel_hook_version-subject = { $host }: сообщения приходят в устаревшем формате
alert-channel_hook_version-body = amoCRM шлёт версию 1 в канал { $channel_id } этого аккаунта. Паром хранит присланное и запросил версию 2. Если это продолжится, спросите поддержку amoCRM, кто подключал канал иначе.
alert-revoke_unconfirmed-subject = { $host }: отключён или нет, amoCRM не отвечает
alert-revoke_unconfirmed-body = Пришло подписанное уведомление об отключении, но запросы аккаунта { $account_id } не проходят и не отклоняются. Ничего не стёрто; Паром продолжает спрашивать.
alert-installs_unclear-subject = Установка { $host }: неясно, чья это интеграция
alert-installs_unclear-body = Вызов сохранён, его код действует 20 минут. Поставьте одной интеграции own_redirect = true, и пусть администратор установит заново.
alert-hooks_lost-subject =
    { $host }: { $count ->
        [one] { $count } сообщение менеджера пришло без вебхука
        [few] { $count } сообщения менеджеров пришли без вебхука
        [many] { $count } сообщений менеджеров пришли без вебхука
       *[other] { $count } сообщения менеджеров пришли без вебхука
    }
alert-hooks_lost-body =
    Они найдены в истории amoCRM. { $held ->
        [0] Старше 15 минут нет ни одного, все отправлены.
        [one] { $held } старше 15 минут и ждёт людей аккаунта { $account_id }.
        [few] { $held } старше 15 минут и ждут людей аккаунта { $account_id }.
        [many] { $held } старше 15 минут и ждут людей аккаунта { $account_id }.
       *[other] { $held } старше 15 минут и ждут людей аккаунта { $account_id }.
    } Журнал за то время покажет, что не отвечало: сервер, база или сеть.
alert-disk_full-subject = Диск с файлами почти заполнен
alert-disk_full-body = Свободно { $free } МБ в { $place }. Когда место кончится, файлы сообщений, а с SQLite и сами сообщения, приниматься не будут. Освободите место, уменьшите media.keep_days или перенесите файлы в хранилище (media.url).

audit-did-operator-added = Добавлен оператор
audit-did-operator-link_made = Создана ссылка для входа оператора
audit-did-operator-enrolled = Подключён аутентификатор
audit-did-operator-recovery_codes_made = Созданы резервные коды
audit-did-operator-recovery_code_used = Использован резервный код
audit-did-operator-signed_in = Вход оператора
audit-did-operator-proved = Оператор подтвердил личность
audit-did-operator-password_set = Задан пароль оператора
audit-did-operator-sessions_ended = Завершены другие сеансы
audit-did-operator-disabled = Убран доступ оператора
audit-did-integration-made = Добавлена интеграция
audit-did-integration-changed = Изменена интеграция
audit-did-integration-paused = Приостановлена интеграция
audit-did-integration-resumed = Возобновлена интеграция
audit-did-integration-removed = Удалена интеграция
audit-did-queue-tried = Очередь запущена вручную
admin-accounts-active = Активные аккаунты
admin-accounts-fine = Внимания не требует ни один
admin-accounts-troubled =
    { $count ->
        [one] { $count } требует внимания
        [few] { $count } требуют внимания
       *[other] { $count } требуют внимания
    }
admin-messages-today = Сообщения за сегодня
admin-undelivered-accounts =
    { $count ->
        [0] Ни у одного аккаунта
        [one] У { $count } аккаунта
       *[other] У { $count } аккаунтов
    }
admin-waiting = В ожидании
admin-alerts-service = Оповещения о сервисе
admin-alerts-service-none = О самом сервисе открытых оповещений нет.
admin-alerts-service-above = Открытых нет. Что не работает, показано выше.
admin-attention = Аккаунты с открытыми оповещениями
admin-attention-more = Открытые оповещения есть и у других аккаунтов; здесь самые новые.
admin-col-alert = Последнее оповещение
admin-alerts-open = В каждом сказано, что делать
admin-spark = { $figure } по дням за две недели: от { $least } до { $most }
admin-two-weeks = Сообщения за две недели
admin-accounts-by-state = Аккаунты по состояниям
admin-destinations = Куда идут сообщения
admin-destinations-hint = «Отстаёт на» — сколько уже ждёт сообщение, которое можно отправить сразу. «Не отвечают» — каналы и источники, у которых за последние 15 минут три ошибки подряд. Ошибки и время — за те же 15 минут, до 500 вызовов процесса к одному адресату; время — у самого медленного процесса. Отказ — это ответ, а не ошибка.
admin-destinations-how = Как это считается
admin-col-answers = Ответ: обычно / медленно
admin-destination-of = { $part } из { $whole }
admin-col-destination = Куда
admin-col-failing = Не отвечают
admin-col-call-errors = Ошибки
admin-certificate = Сертификат публичного адреса
admin-certificate-days =
    { $days ->
        [one] действует ещё { $days } день
        [few] действует ещё { $days } дня
        [many] действует ещё { $days } дней
       *[other] действует ещё { $days } дня
    }
admin-checks = Проверить установку
admin-processes = Процессы
admin-processes-none = Ни один процесс ещё не отчитался.
admin-process-runs = Работает
admin-process-silent = Не отвечает
admin-versions-mixed = У процессов разные версии. Во время обновления это нормально; после него перезапустите те, что старее.
admin-disk-free = Свободно на диске этой машины
admin-col-process = Процесс
admin-col-version = Версия
admin-col-heartbeat = Последний сигнал
admin-col-spool = В буфере
admin-spool-hint = В буфере лежат вызовы, которые процесс принял, пока база данных не отвечала.

## Вебхуки разработчика

admin-events-off = У вас не настроен ни один вебхук: добавьте в файл настроек блок [[vendor_webhook]]. До этого события не записываются.
admin-events-empty = Таких событий нет.
admin-event-col-webhook = Вебхук
admin-event-col-number = №
admin-event-col-ms = мс
admin-event-state-waiting = Ожидает
admin-event-state-delivered = Доставлено
admin-event-state-failed = Не доставлено
admin-event-next = Следующая попытка
admin-event-body = Что отправляется
admin-event-untried = Попыток ещё не было.
alert-vendor_webhook_failing-subject = Ваш вебхук «{ $webhook }» не работает уже час
alert-vendor_webhook_failing-body = { $host } не принимает события аккаунтов: { $said } Они ждут по порядку, попытки продолжаются трое суток. Дальше: исправьте получателя; в разделе «Вебхуки» админки видно, что ждёт, и можно ещё раз отправить недоставленное.

admin-audit-stored = Как записано
admin-count-accounts =
    { $count ->
        [one] { $count } аккаунт требует внимания
        [few] { $count } аккаунта требуют внимания
        [many] { $count } аккаунтов требуют внимания
       *[other] { $count } аккаунта требуют внимания
    }
admin-checked-accounts = Аккаунты
admin-checked-alarms = Открытые оповещения
admin-checked-amocrm = Доступность amoCRM
admin-checked-archive = Архив виджета
admin-checked-backup = Резервные копии
admin-checked-certificate = Сертификат
admin-checked-channel = Канал
admin-checked-channels = Каналы
admin-checked-clock = Часы
admin-checked-config = Конфигурация
admin-checked-contacts = Контакты
admin-checked-database = База данных
admin-checked-disk = Место на диске
admin-checked-found = Сообщения, найденные в amoCRM
admin-checked-history = Сравнение с amoCRM
admin-checked-installed = Установка
admin-checked-integration = Интеграция
admin-checked-ledger = Учёт сообщений
admin-checked-media = Файлы
admin-checked-migrations = Версия базы данных
admin-checked-network = Сеть
admin-checked-operators = Метрики и готовность
admin-checked-outside = Публичный адрес снаружи
admin-checked-private = Секреты в сети
admin-checked-proxies = Прокси перед сервером
admin-checked-proxy = Прокси для исходящих запросов
admin-checked-public_url = Публичный адрес
admin-checked-quarantine = Карантин
admin-checked-queue = Очередь
admin-checked-secrets = Файл ключей
admin-checked-sources = Источники
admin-checked-spool = Резерв для вебхуков
admin-checked-strays = Лишние источники в amoCRM
admin-checked-tokens = Доступ к amoCRM
admin-checked-undelivered = Недоставленное
admin-checked-upkeep = Обслуживание
admin-checked-vault = Шифрование
admin-checked-webhook = Вебхуки сервиса
admin-checked-window = Окно времени
admin-check-ok = в порядке
admin-check-warn = предупреждение
admin-check-fail = ошибка

# The account on tabs, and the menu in groups.
admin-tab-access = Доступ и каналы
admin-tab-plan = Тариф и лимиты
admin-tab-data = Данные
admin-account-tabs = Разделы аккаунта
admin-account-facts = Подробности
admin-window-shown = { $crm } показывает отсчёт
admin-window-hidden = Не показывается
admin-window-hint = Сколько менеджер может писать свободно после сообщения клиента, как согласовано для канала. Пока оно не показывается, окна самих мессенджеров действуют. Каналы переподключаются с новой настройкой за минуту.
admin-menu-accounts = Клиенты
admin-menu-delivery = Доставка
admin-menu-service = Сервис
admin-menu-team = Команда
admin-board = Требуют внимания
admin-board-more = Показаны первые { $count }. Остальные можно найти по состоянию.
admin-tenants-all = Все аккаунты
admin-tenants-others = Остальные аккаунты
admin-plan-until = до { $date }
admin-plan-trial-until = пробный период до { $date }
