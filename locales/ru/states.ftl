## States: source

source-state-working = Работает
source-state-working-hint = Последнее сообщение или проверка: { $time }.
source-state-working-unproved = Сообщений и проверок ещё не было.
source-state-untested = Ещё не проверен
source-state-checking = Проверяется
source-state-checking-hint = Паром ждёт первого подтверждения от мессенджера. Обычно меньше минуты.
source-state-needs_attention = Нужно внимание
source-state-needs_attention-hint = Нужно исправить: { $reason }
source-state-stopped = Остановлен
source-state-stopped-hint = Мессенджер больше не принимает сохранённый доступ. Сообщения менеджеров ждут здесь и не пропадут. Подключите источник заново.
source-state-paused = На паузе
source-state-paused-hint = На паузе с { $stamp }, кто поставил: { $name }. Сообщения принимаются и ждут; доставка начнётся, когда вы снимете паузу.
source-state-unpaid = Не оплачен
source-state-unpaid-hint =
    { $payer } не принимает сообщения до оплаты. Новые сообщения хранятся { $days ->
        [one] { $days } день
        [few] { $days } дня
        [many] { $days } дней
       *[other] { $days } дня
    }.
source-state-blocked = Заблокирован мессенджером
source-state-blocked-hint = Мессенджер заблокировал номер или бота. Сообщения не уходят и не приходят. Причина указана в уведомлении самого мессенджера.
source-state-crm_unreachable = { $crm } не отвечает
source-state-crm_unreachable-hint = Сообщения клиентов принимаются и ждут. Паром повторяет сам, делать ничего не нужно.
source-state-shadow = Рядом с другим сервисом
source-state-shadow-hint = Линия у другого сервиса. Ни клиентам, ни в { $crm } ничего не отправляется.

## States: account (tenant)

tenant-state-provisioning = Настраивается
tenant-state-provisioning-hint = Доступ из { $crm } получен, Паром заканчивает настройку. Обычно меньше минуты.
tenant-state-awaiting_credentials = Ждёт входа
tenant-state-awaiting_credentials-hint = Введите логин и пароль в виджете. До этого канал не подключён и сообщения не ходят.
tenant-state-active = Подключён
tenant-state-active-hint = Доступ действует, канал подключён.
tenant-state-needs_reauth = Доступ потерян
tenant-state-needs_reauth-hint = { $crm } больше не принимает доступ. Сообщения по-прежнему ходят; менять источники, воронки, шаблоны и связи с контактами нельзя. Обновите доступ: источники и чаты сохранятся.
tenant-state-needs_reauth-cut_off-hint = { $crm } больше не принимает выданный доступ и отключает канал чатов. Сообщения клиентов принимаются и ждут здесь. Обновите доступ: источники и чаты сохранятся.
tenant-state-unpaid = Нет оплаты { $crm }
tenant-state-unpaid-hint =
    Нет оплаты { $crm }: сообщения могут не приниматься. Непринятые сообщения клиентов хранятся { $days ->
        [one] { $days } день
        [few] { $days } дня
        [many] { $days } дней
       *[other] { $days } дня
    } и после оплаты придут по порядку.
tenant-state-blocked = Заблокирован в { $crm }
tenant-state-blocked-hint = { $crm } отклоняет все запросы этого аккаунта. Сообщения ждут здесь. Напишите в поддержку: текст для { $crm } готов.
tenant-state-suspended = Приостановлен
tenant-state-suspended-hint = Работа аккаунта приостановлена. Сообщения принимаются и ждут, доставки нет. Напишите в поддержку.
tenant-suspended-reason = Причина: { $reason }
tenant-state-plan_ended = Подписка закончилась
tenant-state-plan_ended-hint = Подписка на сервис закончилась { $date }. Сообщения принимаются и ждут; доставка возобновится после продления. Напишите в поддержку.
tenant-state-disconnected = Не подключён
tenant-state-disconnected-hint = Канал чатов отключён, сообщения не ходят. Источники сохранены: подключите снова, и они продолжат работать.
tenant-state-uninstalled = Отключён
tenant-state-uninstalled-hint = Интеграция отключена в { $crm }. Сообщения не ходят. Ключи доступа сотрутся за 24 часа; источники, чаты и журнал останутся.

## States: channel connection

channel-state-connecting = Подключается
channel-state-connected = Подключён
channel-state-disconnected = Не подключён
channel-state-not_allowed = Не разрешён
channel-state-misconfigured = Подпись не принята

## States: message

message-state-queued = В очереди
message-state-sent = Отправлено
message-state-delivered = Доставлено
message-state-read = Прочитано
message-state-failed = Не доставлено
message-state-held = Задержано
message-state-shadow = Только получено
message-state-blocked = Клиент заблокирован
message-state-held-chat = Чат отложен
message-late = Пришло с опозданием, через { $delay } после написания. { $why }
message-maybe-twice = Клиент мог получить его дважды
message-found-in-history = Найдено в истории { $crm }: вовремя Парому о нём не сообщили
message-deleted-by-customer = Удалено клиентом

## States: token

token-state-valid = Действует
token-state-refreshing = Обновляется
token-state-expiring = Скоро истечёт
token-state-refresh_failing = Обновление задерживается
token-state-expired = Истёк
token-state-revoked = Отозван
token-state-missing = Не выдан

## States: letter and undelivered (dead letter)

letter-state-retrying = Будет повтор
letter-state-sending = Отправляется
letter-state-checking_outcome = Исход уточняется
letter-state-done = Выполнено
letter-state-dead = Не доставлено
letter-kind-message = Сообщение
letter-kind-edit = Правка
letter-kind-status = Статус
letter-kind-typing = Набор текста
letter-kind-reaction = Реакция
letter-kind-import = Страница импорта
letter-kind-resend = Вебхук ещё раз
letter-kind-chat = Чат без сообщения

## States: import

import-state-ready = Готов к запуску
import-state-columns = Выберите столбцы
import-state-queued = Ждёт очереди
import-state-counted = Проверен
import-state-running = Идёт
import-state-paused = На паузе
import-state-done = Завершён
import-state-done_with_skips = Завершён с пропусками
import-state-failed = Остановлен ошибкой
import-state-cancelled = Отменён

## States: webhook endpoint

webhook-state-untested = Не проверен
webhook-state-working = Отвечает
webhook-state-failing = Сбоит
webhook-state-suspended = Приостановлен
webhook-state-disabled = Отключён
webhook-state-failing-hint =
    { $total ->
        [1] Последняя доставка не прошла
       *[other] Не прошло { $failed } из { $total } последних доставок
    }. Сообщения не потеряны: Паром повторяет, а неудавшееся — в разделе «Недоставленное».
webhook-state-waiting =
    { $waiting ->
        [one] Ждёт отправки { $waiting } сообщение.
        [few] Ждут отправки { $waiting } сообщения.
        [many] Ждут отправки { $waiting } сообщений.
       *[other] Ждут отправки { $waiting } сообщения.
    }
webhook-state-suspended-hint = За 24 часа ни одна доставка не прошла. Сообщения ждут здесь. Исправьте адрес и нажмите «Проверить и включить».
webhook-state-disabled-hint = Отключён после 5 дней без ответа. Всё, что ждало, лежит в разделе «Недоставленное».

## States: alert, template, key, member

alert-state-open = Открыто
alert-state-acknowledged = Занимается { $name }
alert-state-resolved = Решено
alert-state-muted = Без уведомлений до { $stamp }
template-state-draft = Черновик
template-state-review = На проверке
template-state-approved = Одобрен
template-state-rejected = Отклонён
template-state-paused = Приостановлен WhatsApp
template-state-plain = Готов
key-state-active = Действует
key-state-revoked = Отозван
member-state-invited = Приглашён
member-state-active = Активен
member-state-disabled = Без доступа

## The end of a subscription, above every page

plan-notice-trial = Пробный период закончится { $date }. Сообщения доставляются до { $until }, потом принимаются и ждут.
plan-notice-ending = Подписка на сервис закончится { $date }. Сообщения доставляются до { $until }, потом принимаются и ждут.
plan-notice-grace = Подписка на сервис закончилась { $date }. Сообщения доставляются до { $until }, потом принимаются и ждут продления.
plan-notice-ended = Подписка на сервис закончилась { $date }. Сообщения принимаются и ждут, до продления ничего не доставляется.

## A limit that is nearly used up, or is, above every page

limit-notice-sources-near = Занято источников: { $used } из { $most }. Больше этого добавить нельзя, а те, что есть, продолжат работать. Если нужно больше, напишите в поддержку.
limit-notice-sources-reached = Заняты все источники: { $used } из { $most }. Новый добавить нельзя, а те, что есть, продолжают работать. Если нужно больше, напишите в поддержку.
limit-notice-messages-near = Сообщений в этом месяце: { $used } из { $most } по тарифу. Сверх тарифа они тоже доставляются и учитываются. Если нужен тариф больше, напишите в поддержку.
limit-notice-messages-reached = Сообщения по тарифу в этом месяце исчерпаны: { $used } из { $most }. Сверх тарифа они тоже доставляются и учитываются. Если нужен тариф больше, напишите в поддержку.
limit-notice-stored-near = Хранилище: занято { $used } из { $most }. Когда оно заполнится, сообщения от ваших программ через API приниматься не будут, а остальные будут доставляться. Если нужно больше места, напишите в поддержку.
limit-notice-stored-reached = Хранилище заполнено: { $used } из { $most }. Сообщения от ваших программ через API не принимаются, остальные доставляются. Если нужно больше места, напишите в поддержку.
limit-notice-files-near = Файлы: занято { $used } из { $most }. Когда место закончится, вместо новых файлов будет строка об этом, а сообщения будут доставляться. Старые файлы удаляются сами. Если нужно больше места, напишите в поддержку.
limit-notice-files-reached = Файлы заняли всё место: { $used } из { $most }. Вместо новых файлов стоит строка об этом, а сообщения доставляются. Старые файлы удаляются сами. Если нужно больше места, напишите в поддержку.
limit-notice-visitors-near = Файлы посетителей веб-чатов: занято { $used } из { $most }. Когда место закончится, посетители не смогут отправлять файлы, а их сообщения будут доставляться. Старые файлы удаляются сами. Если нужно больше места, напишите в поддержку.
limit-notice-visitors-reached = Файлы посетителей веб-чатов заняли всё место: { $used } из { $most }. Посетители не могут отправлять файлы, а их сообщения доставляются. Старые файлы удаляются сами. Если нужно больше места, напишите в поддержку.
limit-notice-imports-near = Незавершённых импортов: { $used } из { $most }. Сверх этого новый не начать, пока один из них не закончится или не будет отменён.
limit-notice-imports-reached = Незавершённых импортов: { $used } из { $most }. Новый можно будет начать, когда один из них закончится или будет отменён.
limit-notice-imports-size-near = Файлы незавершённых импортов: занято { $used } из { $most }. Файл, который не поместится, не будет принят, пока один из импортов не закончится или не будет отменён.
limit-notice-imports-size-reached = Файлы незавершённых импортов заняли всё место: { $used } из { $most }. Следующий файл можно будет загрузить, когда один из импортов закончится или будет отменён.
