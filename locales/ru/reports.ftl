## Reports: messages, first answers, chats without an answer

reports-cut = Учтены только последние сообщения ({ $count }), начиная с { $stamp }. Выберите один источник или меньше дней.
reports-too-long = Отчёт строится не больше чем за { $days } дней. Показаны последние дни вашего периода.
reports-first-answer = Первый ответ, обычно
reports-first-answer-note =
    { $count ->
        [one] { $count } ответ, медленные 5 % дольше { $most }
        [few] { $count } ответа, медленные 5 % дольше { $most }
        [many] { $count } ответов, медленные 5 % дольше { $most }
       *[other] { $count } ответа, медленные 5 % дольше { $most }
    }
reports-no-answers = За этот период ответов нет
reports-unanswered = Чаты без ответа
reports-unanswered-title =
    { $count ->
        [0] Чаты без ответа
       *[other] Чаты без ответа: { $count }
    }
reports-unanswered-longest = Дольше всех: { $delay }
reports-unanswered-more = Показаны чаты, которые ждут дольше всех: { $count }. Остальные — в файле.
reports-all-answered = Всем клиентам ответили.
reports-by-source = Сообщения по источникам
reports-by-manager = Сообщения по менеджерам
reports-manager-unknown = Неизвестный пользователь { $id }
reports-manager-erased = Отправитель больше не хранится
reports-no-managers = За этот период из { $crm } клиентам не писали.
reports-col-answer = Первый ответ: обычно / долго
reports-col-since = Клиент написал
reports-col-waits = Ждёт
reports-hours-alt = Сообщения по часам суток. Больше всего за час: { $most }, с { $when }.
reports-week = Когда пишут клиенты
reports-weekday =
    { $day ->
        [0] Пн
        [1] Вт
        [2] Ср
        [3] Чт
        [4] Пт
        [5] Сб
       *[6] Вс
    }
reports-download = Скачать CSV
reports-file-sources = По источникам
reports-file-managers = По менеджерам
reports-file-hours = По часам
reports-file-unanswered = Чаты без ответа
reports-how = Дни и часы — в часовом поясе аккаунта. Клиент ждёт с первого неотвеченного сообщения до ответа пользователя { $crm }; ответы ботов не считаются.
