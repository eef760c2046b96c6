## Import

import-title = Импорт истории
import-empty = Перенесите прежние сообщения в { $crm }, чтобы менеджеры видели всю историю.
import-new = Новый импорт
import-source = Импортировать в
import-file = Файл с сообщениями
import-plan = Проверить файл
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
        [one] Появится { $leads } новая сделка
        [few] Появятся { $leads } новые сделки
        [many] Появятся { $leads } новых сделок
       *[other] Появятся { $leads } новой сделки
    } в воронке «{ $pipeline }».
import-plan-notices = Менеджеры получат одно уведомление на чат, только о последнем сообщении.
import-24h-note = Карточка показывает историю за 24 часа до создания сделки. Более старое хранится в чате, но в новой сделке не видно.
import-start =
    { $messages ->
        [one] Импортировать { $messages } сообщение
        [few] Импортировать { $messages } сообщения
        [many] Импортировать { $messages } сообщений
       *[other] Импортировать { $messages } сообщения
    }
import-progress = { $done } из { $total }, осталось примерно { $duration }
import-gives-way = Идёт медленнее: сначала живые сообщения.
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
import-of = { $done } из { $total }
import-no-source = Прежние сообщения импортируются в источник: сначала добавьте его.
import-file-hint = По объекту JSON в строке или CSV с теми же названиями полей в первой строке. Не больше { $size }.
import-link-note = Чаты можно привязать к контактам, которые в { $crm } уже есть: перед запуском выберите в источнике поиск по телефону или почте клиента.
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
import-history-title = Прежние сообщения
import-history-about = { $messenger }: прежние сообщения можно перенести. Чаты за последние { $days } дней придут тихо: без новых сделок, уведомлений и непрочитанных. Что уже есть, не повторится.
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
