## Messages: list

messages-search = Телефон, имя, ID сообщения или чата
messages-search-hint = По тексту искать нельзя: он хранится зашифрованным.
messages-filter-direction = Направление
messages-direction-to-crm = От клиента
messages-direction-from-manager = От менеджера
messages-direction-from-bot = От бота
messages-direction-to-messenger = Клиенту
messages-state-taken = Принято получателем
messages-state-failed_later = Не доставлено после приёма
messages-state-waiting = В ожидании
messages-filter-state = Состояние
messages-filter-period = Период
messages-found =
    { $count ->
        [one] Найдено { $count } сообщение
        [few] Найдено { $count } сообщения
        [many] Найдено { $count } сообщений
       *[other] Найдено { $count } сообщения
    }
messages-empty = Сообщения появятся здесь, как только напишет первый клиент.
conversations-empty-title = Чатов пока нет
conversations-empty = Чат появится здесь, как только напишет первый клиент.
messages-empty-title = Сообщений пока нет
messages-nothing = Ничего не найдено. Сбросьте фильтр состояния или выберите период побольше.
messages-kept =
    Список хранится { $days ->
        [one] { $days } день
        [few] { $days } дня
        [many] { $days } дней
       *[other] { $days } дня
    }.
messages-days = «7 дней» и «30 дней» заканчиваются сегодняшним днём в часовом поясе аккаунта.
messages-kind-text = Текст
messages-kind-picture = Изображение
messages-kind-video = Видео
messages-kind-file = Файл
messages-kind-voice = Голосовое сообщение
messages-kind-audio = Аудио
messages-kind-sticker = Стикер
messages-kind-location = Место на карте
messages-kind-contact = Контакт
messages-text-hidden = Текст скрыт. Ваша роль видит путь сообщения, но не содержание.
messages-text-not-kept = Не хранится. Тексты этого аккаунта удаляются сразу после доставки.
messages-text-erased =
    Текст удалён по сроку хранения ({ $days ->
        [one] { $days } день
        [few] { $days } дня
        [many] { $days } дней
       *[other] { $days } дня
    }). Путь сообщения сохранён.

## Message page: “Where is my message?”

msg-answer-delivered = У клиента в мессенджере с { $stamp }.
msg-answer-delivered-untimed = У клиента в мессенджере.
msg-answer-sent = Принято мессенджером { $time }. Доставку клиенту он пока не подтвердил.
msg-answer-sent-no-receipts = Принято мессенджером { $time }. О доставке этот мессенджер не сообщает.
msg-answer-counted = Принято { $time }, мессенджер { $messenger }. О доставке { $messenger } не сообщает; в этом источнике принятое считается доставленным.
msg-answer-read = Прочитано клиентом { $time }.
msg-answer-read-untimed = Прочитано клиентом.
msg-answer-in-crm = В чате в { $crm } с { $stamp }.
msg-answer-queued =
    Сохранено в Пароме{ $ahead ->
        [0] , уйдёт следующим
        [one] . Сначала уйдёт { $ahead } более раннее сообщение этого чата
        [few] . Сначала уйдут { $ahead } более ранних сообщения этого чата
        [many] . Сначала уйдут { $ahead } более ранних сообщений этого чата
       *[other] . Сначала уйдут { $ahead } более ранних сообщения этого чата
    }.
msg-answer-ahead =
    Ждёт: { $many ->
        [0] впереди { $ahead ->
            [one] примерно { $ahead } сообщение
            [few] примерно { $ahead } сообщения
            [many] примерно { $ahead } сообщений
           *[other] примерно { $ahead } сообщения
        }
       *[other] впереди больше { $ahead } сообщений
    } этого аккаунта{ $timed ->
        [0] .
        [1] , это примерно { $delay }.
       *[other] , это больше { $delay }.
    }
msg-answer-retrying =
    Сохранено в Пароме. { $attempts ->
        [one] Не удалась { $attempts } попытка
        [few] Не удались { $attempts } попытки
        [many] Не удалось { $attempts } попыток
       *[other] Не удалось { $attempts } попытки
    }, следующая { $time }. { $reason }
msg-answer-held = Сохранено в Пароме, отправка задержана. { $reason }
msg-answer-shadow = Его получил источник рядом с другим сервисом. В { $crm } ничего не отправлено.
msg-answer-blocked = Когда сообщение пришло, клиент был заблокирован. Оно сохранено, в { $crm } ничего не отправлено.
msg-answer-held-chat = Новых чатов было больше, чем пропускает источник, поэтому этот отложен. Сообщение сохранено, в { $crm } из него пока ничего нет.
msg-answer-failed = Не доставлено.
msg-answer-checking =
    { $status ->
        [0] { $side } пока не подтверждает сообщение
       *[other] { $side } отвечает ошибкой { $status }
    }. Паром выясняет, дошло ли сообщение, и только потом отправит ещё раз.
msg-crm-away = { $crm } не отвечает с { $stamp }. Паром повторяет сам.
msg-messenger-away = Мессенджер не отвечает с { $stamp }. Паром повторяет сам.
msg-what-to-do = Что сделать
msg-route = Путь сообщения
hop-written-by-customer = Клиент написал · { $messenger }
hop-written-by-staff = Пишет { $manager } · { $messenger }
hop-written-by-manager = { $manager } пишет из { $crm }
hop-found-in-history = Найдено в истории { $crm }
hop-stored = Получено и сохранено Паромом
hop-stored-detail = через { $duration } после отправки
hop-handing-to-messenger = Отправка · { $messenger }
hop-handing-to-crm = Отправка в { $crm }
hop-taken-by-messenger = Принято · { $messenger }
hop-taken-by-crm = Принято в { $crm }
hop-delivered = Доставлено клиенту
hop-read = Прочитано клиентом
hop-status-shown = Статус показан в { $crm }
hop-not-reached = Пока не дошло
hop-no-receipts = { $messenger } об этом не сообщает
attempts-title =
    { $count ->
        [one] { $count } попытка
        [few] { $count } попытки
        [many] { $count } попыток
       *[other] { $count } попытки
    }
attempt-row = Попытка { $n }, { $clock }, { $ms } мс
attempt-taken = Принято
attempt-refused = Отказ: { $reason }
attempt-no-answer = Нет ответа за { $seconds } с
attempt-cut = Соединение прервалось без ответа
attempt-unclear = Ошибка { $status }, итог неизвестен
attempt-not-connected = Не удалось соединиться
attempt-next = Следующая { $time }
attempt-by-hand = Запуск вручную: { $name }
attempt-request = Запрос (вместо текстов, имён и секретов – их длина)
attempt-answer = Ответ (сокращён, секреты убраны)
msg-send-again = Отправить ещё раз
msg-send-now = Отправить сейчас
msg-drop-found = Не отправлять
msg-send-again-confirm = Клиент может получить его дважды: неизвестно, дошла ли первая попытка.
msg-try-now = Повторить сейчас
msg-drop = Прекратить отправку
msg-drop-confirm = Сообщение не будет доставлено. { $manager } увидит в { $crm } «Не доставлено».
msg-open-card = Открыть карточку в { $crm }
msg-open-chat = Все сообщения этого чата
msg-ids = Идентификаторы
msg-copy-report = Скопировать отчёт для поддержки

## Списки сообщений и чатов

filter-any = Все
filter-period-today = Сегодня
filter-period-24h = 24 часа
filter-period-7d = 7 дней
filter-period-30d = 30 дней
filter-period-month = Этот месяц
filter-period-own = Свои даты
filter-period-since = С { $stamp }
filter-period-all = Всё время
messages-col-time = Время
messages-col-customer = Клиент
messages-col-kind = Тип
messages-customer-unknown = Без имени
messages-found-many = Найдено больше { $count } сообщений
conversations-search = Телефон, имя или ID чата
conversations-nothing = Такого чата нет. Сбросьте фильтр или измените запрос.
conversations-col-last = Последнее сообщение
conversation-title = Чат: { $name }
conversation-begun = Начало
conversation-window = Свободный текст
conversation-window-open = Можно до
conversation-window-over-template = Время истекло: можно отправить только одобренный шаблон
conversation-window-over = Время истекло: ответить можно, когда клиент напишет снова
conversation-first-page = Первая страница
conversation-last-page = Текущая страница
conversation-referrer = Откуда пришли
lead-origin-title = Откуда пришёл клиент
lead-origin-page = Страница
conversation-marks = UTM-метки
conversation-participants = Участники
conversation-agreed = Согласие с условиями чата
conversation-answer = Ответ перед чатом
conversation-rating = Оценка чата
lead-note-answers = Ответы перед чатом
lead-note-rating = Оценка чата, { $day }
conversation-messages = Сообщения этого чата
conversation-silent = Сообщений пока нет.
conversation-source-gone = Источник удалён
conversation-why = Идентификаторы чата
conversation-why-messenger = { $messenger }: сообщения приходят в источник «{ $source }» с одним ID чата:
conversation-why-ours = В { $crm } у чата этот ID Парома:
conversation-why-crm = Собственный ID чата в { $crm }, из ответа или сообщения менеджера:
conversation-why-manager = Чат начат менеджером в { $crm }. Мессенджер ещё не присвоил ему ID.
conversation-contact = Контакт в { $crm }
contact-why-phone = У него телефон клиента.
contact-why-email = У него почта клиента.
contact-why-phone_several = Этот телефон у нескольких контактов; этот изменён последним.
contact-why-email_several = Эта почта у нескольких контактов; этот изменён последним.
contact-why-given = Его указал разработчик мессенджера.
contact-why-made = Его создал Паром: контакта с таким телефоном или почтой не было.
contact-why-crm = { $crm } выбирает его по своим правилам.
contact-why-merged = В { $crm } прежний контакт объединили с этим.
contact-why-moved = В { $crm } чат перенесли в этот контакт.
contact-why-gone = Контакт удалён в { $crm }.
contact-why-nobody = Контакта с таким телефоном или почтой нет. { $crm } выбирает по своим правилам.
contact-why-given_unknown = В { $crm } нет контакта { $number }, который указал разработчик мессенджера. { $crm } выбирает по своим правилам.
contact-why-late = Ответ { $crm } не пришёл вовремя, контакт выбран без Парома; с этой сделкой уже работают.
contact-why-unclear = Нет ответа { $crm }, создан ли контакт. Второй Паром не создаёт.
contact-why-recycled = Контакт с этим телефоном молчал год и звался иначе, или мессенджер с тех пор отдал номер другому. Номер мог перейти к другому человеку, поэтому чат к контакту не привязан.
contact-why-person = Человек решил, что это тот же клиент.
contact-why-separated = Привязку отменили, и Паром создал этот контакт.

## Страница сообщения: ещё слова

msg-manager = Менеджер
msg-time-unknown = время неизвестно
msg-open-source = Открыть источник
msg-too-late = Сообщение больше не ждёт: проверьте его состояние.
msg-on-its-way = Сообщение отправляется прямо сейчас. Итог появится здесь.
msg-tried-now = Следующая попытка начинается сейчас.
msg-sent-again = Сообщение снова в очереди. Состояние изменится, когда закончится попытка.
msg-send-again-once = Сообщение будет отправлено ещё раз, в конце очереди своего чата.
msg-dropped = Отправка прекращена. Сообщение в разделе «Недоставленное», его можно отправить ещё раз.
msg-drop-confirm-in = Сообщение не появится в { $crm }. Оно останется в разделе «Недоставленное», его можно отправить ещё раз.
msg-text = Содержание
msg-text-show = Показать текст
msg-text-audited = Просмотр записывается в журнал действий.
msg-file-name = Файл
msg-file-size = Размер
msg-id-ours = Паром
msg-id-messenger = Мессенджер
msg-id-crm = { $crm }
msg-id-chat = Чат в Пароме
msg-id-crm-chat = Чат в { $crm }
hop-number = ID { $id }
attempt-limited-unsaid = Ограничение скорости
msg-save-report = Сохранить в файл

## The list: more columns and filters

messages-col-manager = Менеджер
messages-col-took = Длительность
messages-open-page = Открыть отдельной страницей
messages-more-filters = Ещё фильтры
messages-from = С даты
messages-to = По дату
messages-slower-than = Дольше { $delay }
messages-slowest-of = Сначала самые долгие среди последних { $count }
messages-sort = Порядок
messages-sort-newest = Сначала новые
messages-sort-took = Сначала самые долгие
messages-reason = Причина
messages-reason-recipient_blocked = Клиент заблокировал
messages-reason-recipient_unreachable = Клиент недоступен
messages-reason-window_closed = Время для ответа истекло
messages-reason-writing_first = Написать первым нельзя
messages-reason-marketing_stopped = Отказ от рекламы
messages-reason-kind_not_supported = Тип не поддерживается
messages-reason-source_disconnected = Источник отключён
messages-reason-refused = Отклонил мессенджер
messages-reason-crm_refused = Отказ { $crm }
messages-reason-internal = Ошибка в Пароме

## The message page: neighbours and waits

late-came = До Парома шло { $delay }.
late-crm-away = От { $crm } не было ответов с { $from } до { $until }.
late-messenger-away = Мессенджер не отвечал с { $from } до { $until }.
late-attempts =
    { $count ->
        [one] Сначала не удалась { $count } попытка
        [few] Сначала не удались { $count } попытки
        [many] Сначала не удалось { $count } попыток
       *[other] Сначала не удалось { $count } попытки
    }, { $status ->
        [0] последняя осталась без ответа
       *[other] последняя закончилась ошибкой { $status }
    }.
late-behind = { $delay } ждало предыдущего сообщения.
late-waited = { $delay } ждало первой попытки; почему, не записано.
late-unknown = Почему, по записям не видно.
msg-neighbours = Сообщения этого чата
msg-previous = Предыдущее
msg-next = Следующее
attempt-after = через { $delay } после попытки { $n }
attempt-waited-chat = { $delay } ждало предыдущего сообщения
attempt-waited-turn = { $delay } ждало очереди

## One customer over all messengers

customer-phone = Телефон
customer-more = Показаны последние чаты, { $count }.
customer-alone = Парому неизвестен контакт этого чата в { $crm }, поэтому других чатов этого человека здесь нет.
customer-waiting = В очереди: { $count }
customer-undelivered = Не доставлено: { $count }

## Saved views, and what is done with several messages at once

views-title = Сохранённые фильтры
views-all = Все сообщения
views-manage = Изменить
views-save = Сохранить фильтр
views-name = Название фильтра
views-author = Кто сохранил
views-rename = Переименовать
views-delete = Удалить
views-about = Фильтры списка сообщений, общие для аккаунта. Текст поиска не сохраняется: в нём может быть имя или номер клиента.
views-empty = Сохранённых фильтров пока нет. Отфильтруйте сообщения и нажмите «Сохранить фильтр».
views-saved = Сохранено: { $name }.
views-renamed = Переименовано.
views-deleted = Удалено.
views-name-wrong = Введите название не длиннее { $longest } знаков.
views-name-taken = Фильтр «{ $name }» уже есть. Выберите другое название.
views-too-many = Можно сохранить не больше { $most } фильтров. Сначала удалите один.
chips-label = Фильтры
chips-remove = убрать этот фильтр
bulk-page = Выбрать все на этой странице
bulk-chosen = Выбрано:
bulk-clear = Снять выбор
bulk-retry = Отправить ещё раз
bulk-drop = Убрать из недоставленных
bulk-csv = Выгрузить CSV
bulk-left =
    { $count ->
        [one] { $count } выбранное сообщение останется как есть: оно доставлено, в пути или не дошло уже после того, как мессенджер его принял.
        [few] { $count } выбранных сообщения останутся как есть: они доставлены, в пути или не дошли уже после того, как мессенджер их принял.
       *[other] { $count } выбранных сообщений останутся как есть: они доставлены, в пути или не дошли уже после того, как мессенджер их принял.
    }
bulk-more = Подходит больше сообщений, чем можно обработать за раз. Здесь самые старые, { $most }; затем повторите.
bulk-nothing = Среди этих сообщений нет недоставленных: отправлять ещё раз или убирать нечего.

### Written by a Salesbot

hop-salesbot = Отправил Salesbot в { $crm }
hop-salesbot-waits = Он ждёт ответа клиента до { $time }
