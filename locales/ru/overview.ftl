## Overview: health and ledger

health-title = Состояние
health-all-good =
    { $count ->
        [1] Источник работает
        [2] Работают оба источника
       *[other] Работают все источники: { $count }
    }.
health-some-bad =
    { $bad ->
        [one] { $bad } источник ждёт вас
        [few] { $bad } источника ждут вас
        [many] { $bad } источников ждут вас
       *[other] { $bad } источника ждут вас
    }
health-our-side = Передаёт за { $delay } (95 сообщений из 100)
health-oldest-waiting = Дольше всех ждёт: { $delay }
health-nothing-waiting = Ничего не ждёт
ledger-title = Ничего не потеряно: счёт сообщений
ledger-figure-accepted = { $count } принято
ledger-figure-delivered = { $count } доставлено
ledger-figure-failed = { $count } не доставлено
ledger-figure-waiting = { $count } ждёт
ledger-accepted = Принято
ledger-balanced = Суммы сходятся, проверено { $time }
ledger-gap = Суммы расходятся на { $gap }. Разработчик уже оповещён, от вас ничего не нужно.
ledger-empty = За этот период сообщений нет.
health-side-answers = Отвечает за { $median }, ошибок { $percent } %
health-side-most = 95 из 100 — за { $delay }
health-no-data = За последний час нет данных
ledger-direction-to_crm = От клиентов
ledger-direction-to_messenger = Клиентам
ledger-chart-days = Сообщения по дням: больше всего { $max }, { $day }; не доставлено { $failed }.
overview-sides = Последний час
overview-period = Период
overview-period-today = Сегодня
overview-period-7 = 7 дней
overview-period-30 = 30 дней
overview-days = Сообщения по дням
overview-table = То же таблицей
overview-day = День
overview-failed = Не доставлено
overview-to-source = К источнику
health-side-failing = { $side }: за последний час не выполнено { $percent } % запросов.
health-undelivered =
    { $count ->
        [one] Не доставлено { $count } сообщение.
        [few] Не доставлено { $count } сообщения.
        [many] Не доставлено { $count } сообщений.
       *[other] Не доставлено { $count } сообщения.
    }
health-received =
    { $count ->
        [one] Получено { $count } сообщение
        [few] Получено { $count } сообщения
        [many] Получено { $count } сообщений
       *[other] Получено { $count } сообщения
    }
health-waiting-sources =
    { $count ->
        [one] Затронут источник:
       *[other] Затронуты источники:
    }
