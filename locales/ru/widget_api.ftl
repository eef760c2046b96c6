## Виджет: что отвечает сервер

problem-conflict = Это противоречит тому, что уже есть
problem-session_ended = Сеанс закончился
problem-bad_token = Не удалось подтвердить, кто вы
problem-foreign_page = Этой странице нельзя обращаться к Парому
problem-changed_meanwhile = Это изменил кто-то другой
problem-crm_refused = Отказ { $crm }
problem-crm_unpaid = Нет оплаты { $crm }
problem-crm_blocked = Аккаунт заблокирован в { $crm }
problem-crm_limit = { $crm } не принимает новые источники
problem-channel_not_connected = Канал чатов не подключён
problem-no_source = Источников ещё нет
problem-deleted_in_crm = Источник удалён
widget-said-session_ended = Сеанс закончился. Откройте окно снова.
widget-said-bad_token = { $crm } не подтверждает, кто вы. Обновите страницу.
widget-said-foreign_page = Откройте виджет внутри своего аккаунта { $crm }.
widget-said-provisioning = Интеграция в { $crm } только что установлена. Паром заканчивает настройку, это меньше минуты.
widget-said-not_admin = Это может сделать только администратор аккаунта { $crm }.
widget-said-wrong_credentials = Логин или пароль не подошли. Проверьте раскладку и Caps Lock.
widget-said-wrong_account = Это окно другого аккаунта { $crm }. Обновите страницу.
widget-said-too_many_tries =
    Слишком много попыток. Следующая возможна через { $seconds ->
        [one] { $seconds } секунду
        [few] { $seconds } секунды
        [many] { $seconds } секунд
       *[other] { $seconds } секунды
    }.
widget-said-rate_limited =
    Слишком много запросов сразу. Подождите { $seconds ->
        [one] { $seconds } секунду
        [few] { $seconds } секунды
        [many] { $seconds } секунд
       *[other] { $seconds } секунды
    }.
widget-said-logins_away =
    Служба проверки логинов не отвечает. Повторите через { $seconds ->
        [one] { $seconds } секунду
        [few] { $seconds } секунды
        [many] { $seconds } секунд
       *[other] { $seconds } секунды
    }.
widget-said-unavailable =
    Сейчас не получается. Ничего не изменилось. Повторите через { $seconds ->
        [one] { $seconds } секунду
        [few] { $seconds } секунды
        [many] { $seconds } секунд
       *[other] { $seconds } секунды
    }.
widget-said-internal = Паром не смог это сделать. На сообщения это не влияет. Повторите, потом напишите в поддержку.
widget-said-not_found = Этого больше нет. Возможно, оно удалено: обновите окно.
widget-said-validation = Некоторые поля нужно исправить.
widget-said-source_limit = Все источники заняты. Удалите тот, который больше не нужен.
widget-said-plan_kind = В вашем тарифе нет источников этого вида. Чтобы изменить тариф, напишите в поддержку.
widget-said-external_id_taken = Источник с таким идентификатором уже есть.
widget-said-tenant_inactive = Менять источники можно, только пока аккаунт подключён и { $crm } пускает Паром.
widget-said-crm_refused = Отказ { $crm }. Ответ: { $detail }
widget-said-crm_unpaid = Отказ { $crm }: нет оплаты. Ничего не изменено: оплатите { $crm } и повторите.
widget-said-crm_blocked = Аккаунт заблокирован в { $crm }. Ничего не изменено: напишите в поддержку и повторите, когда { $crm } откроет доступ.
widget-said-crm_limit = { $crm } больше не принимает источники в этом аккаунте. Ответ: { $detail }
widget-said-channel_not_connected = Канал чатов ещё не подключён к этому аккаунту. Сначала подключите его.
widget-said-no_source = Сначала добавьте источник: он заменит тот, что создан в { $crm }.
widget-said-deleted_in_crm = Этот источник удалён в { $crm }. Сначала создайте его там снова.
widget-said-idempotency_running = Такой же запрос ещё выполняется. Подождите немного.
widget-rights-unknown = { $crm } сейчас не говорит, администратор ли вы, поэтому менять ничего нельзя. Откройте окно снова через минуту.
widget-someone = Кто-то
