## Reasons, each with what to do (the error passport)

reason-recipient_blocked = Клиент заблокировал бота или удалил чат.
reason-recipient_blocked-fix = Напишите клиенту в другом мессенджере или позвоните.
reason-recipient_unreachable = Клиента нет в этом мессенджере или он недоступен.
reason-recipient_unreachable-fix = Проверьте номер в контакте. Возможно, клиент вас заблокировал: напишите в другом мессенджере или позвоните.
reason-window_closed = Клиент писал слишком давно: свободный текст мессенджер уже не принимает.
reason-window_closed-fix = Отправьте одобренный шаблон или ответьте, когда клиент напишет снова.
reason-media_gone = Файл больше не доступен по ссылке отправителя.
reason-media_gone-fix = Попросите отправить файл ещё раз.
reason-media_too_big = Файл весит { $size }, мессенджер принимает до { $limit }.
reason-media_too_big-fix = Отправьте файл поменьше или ссылку на него.
reason-kind_not_supported = Мессенджер не поддерживает сообщения этого типа: { $kind }.
reason-kind_not_supported-fix = Отправьте файлом или текстом.
reason-writing_first = Здесь нельзя написать первым.
reason-writing_first-fix = Ответьте, когда клиент напишет, или свяжитесь с ним в другом мессенджере.
reason-marketing_stopped = Клиент отказался от рекламы.
reason-marketing_stopped-fix = Отправьте сервисный шаблон. Если клиент дал согласие, запишите его на странице клиента.
reason-rate_limited = Мессенджер просит не спешить. Паром подождёт и отправит по порядку.
reason-rate_limited-fix = Делать ничего не нужно.
reason-messenger_down = Мессенджер не отвечает.
reason-messenger_down-fix =
    Делать ничего не нужно: Паром повторяет { $hours ->
        [one] { $hours } час
        [few] { $hours } часа
        [many] { $hours } часов
       *[other] { $hours } часа
    }.
reason-access_revoked = Мессенджер больше не принимает сохранённый доступ.
reason-access_revoked-fix = Нажмите «Подключить заново» в источнике.
reason-crm_down = { $crm } не отвечает.
reason-crm_down-fix = Делать ничего не нужно: Паром повторит и сохранит порядок.
reason-crm_refused = { $crm } отклоняет сообщение.
reason-crm_refused-fix = Причина — в «Подробностях» сообщения. Скопируйте отчёт и напишите в поддержку.
reason-crm_unpaid = Аккаунт { $crm } не оплачен.
reason-crm_unpaid-fix = Оплатите { $crm }: всё, что ждёт, придёт по порядку.
reason-channel_detached = Канал чатов отключён на стороне { $crm }.
reason-channel_detached-fix = Отключите и включите интеграцию в { $crm }: источники сохранятся.
reason-signature_refused = { $crm } не принимает подпись Парома.
reason-signature_refused-fix = Поддержка уже знает. Сообщения ждут.
reason-source_paused = Источник на паузе.
reason-source_paused-fix = Снимите источник с паузы.
reason-webhook_suspended = Ваш сервер 24 часа не принимал сообщения, и Паром поставил источник на паузу.
reason-webhook_suspended-fix = Исправьте сервер и нажмите «Проверить и включить» у источника.
reason-too_old =
    Доставка не удалась за { $hours ->
        [one] { $hours } час
        [few] { $hours } часа
        [many] { $hours } часов
       *[other] { $hours } часа
    }.
reason-too_old-fix = Отправьте ещё раз или напишите клиенту заново.
reason-webhook_status = Ваш сервер ответил { $status }.
reason-webhook_status-fix = Нужен ответ 2xx. Полный ответ — в «Подробностях».
reason-webhook_timeout = Ваш сервер не ответил за 15 секунд.
reason-webhook_timeout-fix = Сначала сохраните событие и ответьте 2xx, обрабатывайте потом.
reason-dropped_by_person = Доставку прекратили вручную: { $name }.
reason-dropped_by_person-fix = Если это ошибка, нажмите «Отправить ещё раз».
reason-outcome_unknown = Сообщение отправлено, но неизвестно, дошло ли оно.
reason-outcome_unknown-fix = Проверьте чат, прежде чем отправлять ещё раз.
reason-refused = Мессенджер не принял сообщение.
reason-refused-fix = Причина — в «Подробностях» сообщения. Исправьте то, что называет мессенджер, и напишите снова.
reason-internal = Паром не смог доставить сообщение. Причину поддержка найдёт в журнале.
reason-internal-fix = Отправьте ещё раз. Если снова не выйдет, скопируйте отчёт и напишите в поддержку.
reason-source_disconnected = Источник этого чата удалён.
reason-source_disconnected-fix = Напишите клиенту через другой источник.
reason-no_bot = Сообщение написано вне { $crm }, а у канала нет бота, от имени которого его показать.
reason-no_bot-fix = Попросите поддержку указать бота канала и отправьте снова.
reason-suspended = Аккаунт приостановлен. Сообщения принимаются и ждут.
reason-suspended-fix = Напишите в поддержку.
reason-plan_ended = Подписка на сервис закончилась. Сообщения принимаются и ждут.
reason-plan_ended-fix = Продлите подписку или напишите в поддержку.
reason-found_in_history = Написано { $age } назад, но найдено в истории { $crm } только сейчас: вовремя Парому о нём не сообщили.
reason-found_in_history-fix = Отправьте, если это ещё имеет смысл, или удалите. Само оно не уйдёт.

## Причины в нескольких словах, для заголовков

reason-short-too_old = Не удалось доставить в срок
reason-short-dropped_by_person = Отправку прекратили вручную
reason-short-source_disconnected = Источник удалён
reason-short-recipient_blocked = Заблокировано клиентом
reason-short-conversation_deleted = Чат удалён клиентом
reason-short-recipient_unreachable = Клиент недоступен
reason-short-unsupported = Тип не поддерживается
reason-short-writing_first = Написать первым нельзя
reason-short-marketing_stopped = Отказ от рекламы
reason-short-window_closed = Клиент писал слишком давно
reason-short-rejected = Отказ
reason-short-no_bot = У канала нет бота
reason-short-found_in_history = Найдено в истории, ждёт решения
reason-short-internal = Ошибка Парома или неизвестный исход
reason-short-other = Другие причины
