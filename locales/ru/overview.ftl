## Overview: health and ledger

health-all-good =
    { $count ->
        [1] Источник работает
        [2] Работают оба источника
       *[other] Работают все источники: { $count }
    }.
health-some-bad =
    { $bad ->
        [one] Требует внимания { $bad } источник
        [few] Требуют внимания { $bad } источника
        [many] Требуют внимания { $bad } источников
       *[other] Требуют внимания { $bad } источника
    }.
health-some =
    { $count ->
        [one] Требует внимания { $count } проблема
        [few] Требуют внимания { $count } проблемы
        [many] Требуют внимания { $count } проблем
       *[other] Требуют внимания { $count } проблемы
    }.
health-late =
    { $count ->
        [one] { $count } сообщение ждёт дольше { $delay }
        [few] { $count } сообщения ждут дольше { $delay }
       *[many] { $count } сообщений ждут дольше { $delay }
    }.
health-stopped = { $cause }: сообщения ждут
health-stopped-source = { $name }: сообщения остановлены
health-access-refused =
    { $messenger } больше не принимает сохранённый доступ. Ответы не теряются и уйдут, когда вы подключите источник снова: { $count ->
        [one] ждёт { $count }
        [few] ждут { $count }
       *[other] ждут { $count }
    }.
health-stopped-sources =
    { $count ->
        [one] { $count } источник
        [few] { $count } источника
        [many] { $count } источников
       *[other] { $count } источника
    }: сообщения остановлены
health-more =
    { $count ->
        [one] Ещё { $count } проблема
        [few] Ещё { $count } проблемы
        [many] Ещё { $count } проблем
       *[other] Ещё { $count } проблемы
    }
health-our-side = От получения до первой попытки, медленные 5 %: дольше { $delay }
health-oldest-waiting = Самое долгое ожидание: { $delay }
health-nothing-waiting = Очередь пуста
health-over = { $side }: не было ответов с { $from } до { $until }, около { $delay }. Сейчас отвечает.
health-next = Следующая попытка в { $clock }.
ledger-title = Учёт сообщений
ledger-figure-accepted = { $count } принято
ledger-figure-delivered = { $count } доставлено
ledger-figure-failed = { $count } не доставлено
ledger-figure-waiting = { $count } в ожидании
ledger-balanced = Сходится · проверено { $time }
ledger-gap = Цифры расходятся на { $gap }. Поддержка уже знает, от вас ничего не нужно.
ledger-empty = За этот период сообщений нет.
health-no-data = Запросов не было
ledger-direction-to_crm = От клиентов
ledger-direction-to_messenger = Клиентам
overview-sides = Запросы с { $time }
overview-side = Соединение
overview-side-usual = Обычный ответ
overview-side-slow = Медленные 5 %: от
overview-side-errors = Ошибки
overview-side-received = Получено сообщений
overview-period = Период
overview-period-today = 24 часа
overview-period-7 = 7 дней
overview-period-30 = 30 дней
overview-days = Сообщения по дням
overview-table = Показать таблицей
overview-day = День
overview-failed = Не доставлено
health-side-failing = { $side }: с { $time } не удалось { $failed } из { $all } запросов ({ $percent } %).
health-side-failed-last = Последняя ошибка — { $time }.
health-undelivered =
    { $count ->
        [one] Не доставлено { $count } сообщение
        [few] Не доставлено { $count } сообщения
        [many] Не доставлено { $count } сообщений
       *[other] Не доставлено { $count } сообщения
    }.
health-waiting-sources =
    { $count ->
        [one] Затронут источник:
       *[other] Затронуты источники:
    }

## The figures of 24 hours, and the chart

overview-last-day = Последние 24 часа
overview-hours = Сообщения по часам
overview-hour = Час
overview-times = Доставка: обычно / медленно
overview-last-message = Последнее сообщение
overview-sources-caption = Источники: состояние, сообщения ({ $period }), время доставки за 24 часа, последнее сообщение
overview-deleted-sources = Удалённые источники
ledger-days = С { $stamp }
chart-values = { $when }: от клиентов — { $came }, клиентам — { $went }, не доставлено — { $failed }
chart-alt-hours = Сообщения по часам: от клиентов — { $came }, клиентам — { $went }, не доставлено — { $failed }. Больше всего за час: { $most }, с { $when }.
chart-alt-days = Сообщения по дням: от клиентов — { $came }, клиентам — { $went }, не доставлено — { $failed }. Больше всего за день: { $most }, { $when }.
figure-messages = Сообщения за 24 часа
figure-messages-usual = В среднем за неделю: { $count } в день
figure-messages-first = Среднего ещё нет: идёт первая неделя
figure-delivered = Доставлено, последние 24 часа
figure-delivered-goal = Цель: не меньше { $percent } %
figure-delivered-overdue =
    { $count ->
        [one] { $count } ждёт дольше { $delay } и считается недоставленным
        [few] { $count } ждут дольше { $delay } и считаются недоставленными
        [many] { $count } ждут дольше { $delay } и считаются недоставленными
       *[other] { $count } ждёт дольше { $delay } и считается недоставленным
    }
figure-time = Время доставки, последние 24 часа
figure-time-goal = За это время доходят 95 из 100. Цель: до { $delay }
figure-undelivered = Не доставлено всего
figure-waiting = В очереди { $count }, самое старое — { $delay }
figure-spark = { $figure }, по часам: от { $least } до { $most }

## First steps

start-title = Первые шаги
start-done = Выполнено { $done } из { $all }
start-connect = Подключите { $crm }
start-connect-todo = Сейчас у Парома нет доступа к аккаунту. Что делать, написано на странице аккаунта.
start-source = Добавьте источник
start-source-todo = Подключите мессенджер или поставьте чат на сайт.
start-message = Отправьте пробное сообщение
start-message-todo = Напишите в источник как клиент: сообщение появится в { $crm }.
start-team = Пригласите коллегу
start-team-todo = Вдвоём заметить неполадку проще.
start-alerts = Включите оповещения на почту
start-alerts-todo = Укажите адрес, и вы узнаете о неполадках раньше клиентов.
