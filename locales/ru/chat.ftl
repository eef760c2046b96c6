## Web chat for customers

chat-title = Напишите нам
chat-greeting = Здравствуйте! Чем можем помочь?
chat-placeholder = Ваше сообщение
chat-send = Отправить
chat-attach = Прикрепить файл
chat-attach-limit = Файлы до { $size }
chat-file-too-big = «{ $file }» весит { $size }, можно до { $limit }. Отправьте файл поменьше или ссылку.
chat-file-kind = Файлы этого вида сюда отправить нельзя.
chat-file-empty = Файл «{ $file }» пустой.
chat-file-most = За один раз можно не больше { $count } файлов.
chat-file-too-large = Не отправлено: файл слишком большой
chat-file-none = Не отправлено: сначала выберите файл.
chat-file-remove = Убрать { $file }
chat-files = Файлы к отправке
chat-camera = Снять фото
chat-smileys = Эмодзи
chat-state-sending = Отправляется…
chat-state-sent = Отправлено
chat-state-read = Прочитано
chat-new = Новые
chat-status-online = На связи
chat-status-minutes = Обычно отвечаем за пару минут
chat-status-hour = Обычно отвечаем в течение часа
chat-status-day = Обычно отвечаем в течение дня
chat-status-away = Не на связи · оставьте сообщение
chat-status-back =
    Будем { $day ->
        [today] сегодня
        [tomorrow] завтра
        [mon] в понедельник
        [tue] во вторник
        [wed] в среду
        [thu] в четверг
        [fri] в пятницу
        [sat] в субботу
       *[sun] в воскресенье
    } с { $time }
chat-state-failed = Не отправлено
chat-send-again = Отправить ещё раз
chat-typing = { $name } печатает…
chat-new-messages =
    { $count ->
        [one] { $count } новое сообщение
        [few] { $count } новых сообщения
        [many] { $count } новых сообщений
       *[other] { $count } нового сообщения
    }
chat-offline = Нет интернета. Продолжайте писать: сообщения уйдут, когда связь появится.
chat-reconnecting = Соединяемся…
chat-reconnected = Связь восстановлена
chat-unsent =
    { $count ->
        [one] { $count } сообщение ждёт связи
        [few] { $count } сообщения ждут связи
        [many] { $count } сообщений ждут связи
       *[other] { $count } сообщения ждут связи
    }
chat-paused = Ответим чуть позже: мы настраиваем чат. Ваше сообщение сохранится.
chat-closed = Этот чат закрыт. Напишите нам другим способом.
chat-too-fast =
    Слишком много сообщений сразу. Подождите { $count ->
        [one] { $count } секунду
        [few] { $count } секунды
        [many] { $count } секунд
       *[other] { $count } секунды
    }.
chat-today = Сегодня
chat-yesterday = Вчера
chat-no-script = Ответы появляются сами, если включён JavaScript. Без него нажмите «Обновить».
chat-messages = Сообщения
chat-you = Вы
chat-employee = Сотрудник
chat-visitor = Посетитель сайта { $code }
chat-refresh = Обновить
chat-empty = Не отправлено: сообщение пустое.
chat-too-long = Не отправлено: сообщение длиннее 4096 знаков. Отправьте его частями.
chat-conflict = Ещё не отправлено: страница устарела. Нажмите «Отправить» ещё раз.
chat-cookies = Чату нужны cookie, чтобы узнать вас снова. Разрешите их для этой страницы и обновите её.
chat-open = Открыть чат
chat-minimise = Свернуть чат
chat-sound-off = Выключить звук
chat-sound-on = Включить звук
chat-dismiss = Закрыть
chat-privacy = Сообщения этого чата хранит { $company }.
chat-away = Сейчас никого нет. Напишите, мы ответим в рабочее время.
chat-about-you = О вас
chat-ask-name = Как вас зовут
chat-ask-phone = Телефон
chat-ask-email = Почта
chat-optional = { $label } (необязательно)
chat-required = Без этого сообщение не отправить.
chat-rating = Как вам наш ответ?
chat-rating-bad = Плохо
chat-rating-fair = Нормально
chat-rating-good = Хорошо
chat-rating-comment = Добавьте комментарий
chat-rating-thanks = Спасибо
chat-consent-needed = Не отправлено: сначала нужно ваше согласие.
chat-wrong-phone = Укажите номер с кодом страны: +7 915 111‑22‑33.
chat-phone-extra = Укажите только один номер. Добавочный напишите в сообщении.
chat-wrong-email = Укажите адрес почты, например anna@example.com.
chat-typing-unnamed = Сотрудник печатает…
chat-forwarded = Переслано
chat-reply = Ответить
chat-edit = Изменить
chat-voice = Записать голосовое сообщение
chat-voice-recording = Идёт запись
chat-voice-denied = Нет доступа к микрофону. Разрешите его для этой страницы и попробуйте ещё раз.
chat-voice-play = Слушать
chat-voice-pause = Пауза
chat-react = Отреагировать
chat-choose = Выбрать
chat-map = Показать на карте
chat-full = Не отправлено: новые сообщения здесь сейчас не принимаются. Свяжитесь с нами другим способом.
chat-files-enough = Не отправлено: сегодня здесь больше не принимаем файлы. Отправьте ссылку.
chat-mail = Получить ответ на почту
chat-mail-sent = Откройте ссылку в письме, которое мы отправили, и подтвердите адрес.
chat-mail-limit = Не отправлено: слишком много писем на этот адрес или отсюда. Попробуйте позже.
chat-mail-first = Сначала напишите сообщение.
chat-mail-on = Готово. Ответы, которые вы не прочитаете в чате, придут на почту.
chat-mail-back = Вернуться в чат
chat-mail-dead = Ссылка больше не действует. Запросите ответы на почту в чате ещё раз.
chat-mail-another = Ссылка открывает другой чат, не тот, что в этом браузере. Тот, кто прислал вам ссылку, увидит всё, что вы там напишете. Начало чата:
chat-mail-open = Ссылка открывает чат, начало которого показано ниже. Если это не ваш чат, закройте страницу: тот, кто прислал ссылку, увидит всё, что вы напишете.
chat-mail-open-yes = Открыть этот чат
chat-mail-stay = Остаться в своём чате
chat-mail-confirm = Присылать на почту ответы из чата «{ $title }», если вы не прочитали их в чате?
chat-mail-confirm-yes = Да, присылать
chat-mail-end = Больше не присылать письма об ответах в чате «{ $title }»?
chat-mail-end-yes = Не присылать
chat-mail-ended = Писем из этого чата больше не будет.
chat-mail-file = Файл: { $name }
chat-mail-subject = Ответ в чате «{ $title }»
chat-mail-letter =
    Вам ответили в чате «{ $title }».

    { $answers }

    Продолжить в чате: { $back }
    Ссылка открывает ваш чат без пароля и действует { $count ->
        [one] { $count } день
        [few] { $count } дня
       *[many] { $count } дней
    }. Никому её не пересылайте.

    Не присылать такие письма: { $end }
chat-transcript = Прислать весь чат на почту
chat-transcript-sent = Чат уже в пути на вашу почту.
chat-transcript-subject = Чат «{ $title }»
chat-transcript-letter =
    Ваш чат «{ $title }»:

    { $lines }

    Продолжить в чате: { $back }
    Ссылка открывает ваш чат без пароля и действует { $count ->
        [one] { $count } день
        [few] { $count } дня
       *[many] { $count } дней
    }. Никому её не пересылайте.

    Не присылать письма из этого чата: { $end }
chat-mail-confirm-subject = Подтвердите почту для чата «{ $title }»
chat-mail-confirm-letter =
    В чате «{ $title }» попросили присылать ответы на этот адрес. Подтвердите его: { $url }
    Ссылка действует сутки.

    Если это были не вы, ничего не делайте: других писем не будет.
