## Import

import-empty-title = Импорта ещё не было
import-empty = Перенесите прежние сообщения в { $crm }, чтобы менеджеры видели всю историю.
import-new = Новый импорт
import-source = Импортировать в
import-file = Файл с сообщениями
import-plan = Проверить файл
import-plan-none = В этом файле нет ничего нового для импорта.
import-plan-result =
    { $messages ->
        [one] { $messages } сообщение
        [few] { $messages } сообщения
        [many] { $messages } сообщений
       *[other] { $messages } сообщения
    } в { $chats ->
        [one] { $chats } чате
        [few] { $chats } чатах
        [many] { $chats } чатах
       *[other] { $chats } чата
    }, примерно { $duration }.
import-plan-leads =
    { $leads ->
        [0] Новых сделок не появится
        [one] Появится не больше { $leads } новой сделки
        [few] Появится не больше { $leads } новых сделок
        [many] Появится не больше { $leads } новых сделок
       *[other] Появится не больше { $leads } новой сделки
    } в воронке «{ $pipeline }»: по одной на каждый новый чат, где последним писал клиент.
import-plan-notices = Одно уведомление на чат
import-24h-note = Карточка показывает историю за 24 часа до создания сделки. Более старое хранится в чате, но в новой сделке не видно.
import-start =
    { $messages ->
        [one] Импортировать { $messages } сообщение
        [few] Импортировать { $messages } сообщения
        [many] Импортировать { $messages } сообщений
       *[other] Импортировать { $messages } сообщения
    }
import-progress = { $done } из { $total }, осталось примерно { $duration }
import-gives-way = Идёт медленнее: сначала отправляются новые сообщения.
import-pause = Поставить импорт на паузу
import-resume = Продолжить импорт
import-cancel-confirm =
    Остановить? { $done ->
        [one] { $done } импортированное сообщение останется
        [few] { $done } импортированных сообщения останутся
        [many] { $done } импортированных сообщений останутся
       *[other] { $done } импортированного сообщения останутся
    } в { $crm }.
import-finished =
    { $done ->
        [one] Импортировано { $done } сообщение
        [few] Импортировано { $done } сообщения
        [many] Импортировано { $done } сообщений
       *[other] Импортировано { $done } сообщения
    }, пропущено: { $skipped }.
import-download-skipped = Скачать пропущенные строки
import-leads =
    { $leads ->
        [0] Новых сделок не появится.
        [one] Появится не больше { $leads } новой сделки.
        [few] Появится не больше { $leads } новых сделок.
        [many] Появится не больше { $leads } новых сделок.
       *[other] Появится не больше { $leads } новой сделки.
    }
import-leads-which = Сделки и уведомления
import-leads-newest = Одна сделка и одно уведомление на чат
import-leads-none = Нет: всё приходит без уведомлений
import-col-file = Файл
import-col-progress = Импортировано
import-col-made = Создан
import-col-line = Строка
import-skip-more = и ещё { $count }
import-many-skipped = Нельзя импортировать { $percent } % строк. Причины — ниже; сначала исправьте файл.
import-of = { $done } из { $total }
import-no-source = Прежние сообщения импортируются в источник: сначала добавьте его.
import-file-hint = Таблица (.xlsx или CSV, столбцы любые), по одному объекту JSON в строке или выгрузка из Telegram Desktop, WhatsApp или Chatwoot. Не больше { $size }.
import-sample = Скачать пример:
import-fields = Столбцы файла
import-fields-says = Поля в CSV и JSON одни и те же; в JSON точка означает вложенный объект. Все поля сообщения — в документации API.
import-field = Столбец
import-field-means = Что в нём
import-field-required = обязательно
import-field-id = Ваш ID сообщения: второй раз тот же ID не импортируется
import-field-conversation-id = Ваш ID чата
import-field-sender-role = client, а для вашей стороны manager
import-field-sender-id = Ваш ID того, кто написал
import-field-sender-name = Его имя
import-field-sender-phone = Телефон клиента, чтобы привязать чат к контакту
import-field-receiver-id = ID клиента, в сообщениях менеджеров
import-field-sent-at = Когда отправлено, например 2025-03-01T09:30:00Z
import-field-content-type = text, picture, video, file, voice, audio, sticker, location или contact
import-field-content-text = Текст
import-field-content-media-url = Ссылка, по которой Паром скачает файл
import-link-note = Чаты не будут привязаны к контактам, которые уже есть в { $crm }. Чтобы привязать, добавьте файл ещё раз с отметкой «Связать новые чаты с существующими контактами» или включите это в источнике.
import-link-open = Настройки источника
import-link = Связать новые чаты с существующими контактами
import-link-hint = По телефону или почте клиента, если они есть в файле. Если такого контакта нет, { $crm } создаст его как обычно.
import-other-file = Другой файл
import-counted-gone = Файл только проверен и больше не хранится: чтобы импортировать, добавьте его ещё раз.
import-cancel = Остановить импорт
import-started = Импорт идёт в фоне. Страницу можно закрыть.
import-paused = Импорт на паузе.
import-resumed = Импорт продолжается.
import-cancelled = Импорт остановлен.
import-skipped-lines =
    { $count ->
        [one] Пропущена { $count } строка
        [few] Пропущены { $count } строки
        [many] Пропущено { $count } строк
       *[other] Пропущено { $count } строки
    }
import-duplicates =
    { $count ->
        [one] { $count } из них уже приходило и не отправлено повторно.
        [few] { $count } из них уже приходили и не отправлены повторно.
        [many] { $count } из них уже приходили и не отправлены повторно.
       *[other] { $count } из них уже приходили и не отправлены повторно.
    }
import-plan-duplicates =
    { $count ->
        [one] Ещё { $count } уже есть в своём чате и не будет отправлено повторно.
        [few] Ещё { $count } уже есть в своих чатах и не будут отправлены повторно.
        [many] Ещё { $count } уже есть в своих чатах и не будут отправлены повторно.
       *[other] Ещё { $count } уже есть в своих чатах и не будут отправлены повторно.
    }
import-chats = Что где появится
import-chat =
    { $name }: { $messages ->
        [one] { $messages } сообщение
        [few] { $messages } сообщения
        [many] { $messages } сообщений
       *[other] { $messages } сообщения
    }, { $first } – { $last }, { $place }
import-chat-new = в новом чате
import-chat-known = в имеющемся чате
import-export = Выгрузка из другого сервиса
import-export-says = Укажите то, чего в выгрузке нет. В выгрузках Telegram Desktop и Chatwoot есть всё.
import-we = Имя вашей стороны в выгрузке
import-phone = Телефон клиента
import-phone-hint = Если это чат WhatsApp с сохранённым контактом и в выгрузке вместо номера имя.
import-dates = Даты
import-dates-auto = Как видно по файлу
import-dates-day_first = Сначала день
import-dates-month_first = Сначала месяц
import-zone = Часовой пояс
import-zone-hint = Например, Europe/Moscow. По умолчанию – как у аккаунта.
import-history-title = Прежние сообщения
import-history-about = { $messenger }: можно перенести чаты за последние { $days } дней. Они появятся без новых сделок, уведомлений и отметок о непрочитанном, и ничего не повторится.
import-history-begin = Импортировать последние { $days } дней
import-history-again = Импортировать последние { $days } дней ещё раз
import-history-origin = Из мессенджера, { $days } дней
import-history-reading =
    { $messages ->
        [one] { $messenger }: прочитано { $messages } сообщение
        [few] { $messenger }: прочитано { $messages } сообщения
       *[many] { $messenger }: прочитано { $messages } сообщений
    }
import-history-none = За { $days } дней до подключения источника сообщений не было.
import-columns = Что в столбцах
import-columns-says = Проверьте, верно ли угаданы столбцы. Пока вы не запустите импорт, в { $crm } ничего не попадёт.
import-columns-open = Осталось выбрать:
import-column-values = В файле
import-column-none = Не импортировать
import-column-sent_at = Дата и время
import-column-time = Время, если оно отдельно
import-column-text = Текст
import-column-sender = Кто написал
import-column-name = Имя клиента
import-column-phone = Телефон клиента
import-column-email = Почта клиента
import-column-manager = Имя менеджера
import-column-file = Ссылка на файл
import-column-chat = ID чата
import-column-id = ID сообщения
import-side = Ваша сторона в «Кто написал»
import-side-hint = Значения, которые означают, что писали вы, через запятую. Остальные – клиент.
import-dates-means = «{ $written }» – это { $date }
import-dates-choose = Выберите
import-preview = Первые сообщения
import-preview-again = Показать первые сообщения
import-preview-row = Строка { $line }
import-preview-skipped = Будет пропущена: { $reason }
import-preview-file = Файл: { $name }
import-discard = Удалить файл
import-discarded = Файл удалён.
import-columns-change = Изменить столбцы
import-no-undo = Импорт нельзя отменить задним числом: { $crm } не позволяет удалять сообщения. Пока он идёт, его можно остановить.
