## Common words and buttons

common-save = Сохранить
common-cancel = Отмена
common-back = Назад
common-next = Продолжить
common-copy = Скопировать
common-edit = Изменить
common-not-done = Ещё не сделано
common-copied = Скопировано
common-file-choose = Выбрать файл
common-file-drop = или перетащить его сюда
common-any-day = Любой день
common-details = Подробности
common-try-again = Повторить
common-refresh = Обновить
common-older = Раньше
common-newer = Позже
common-filter = Применить фильтр
common-filter-clear = Сбросить фильтр
common-must = Поля со звёздочкой (*) обязательны.
common-loading = Загружается…
common-live = Обновляется автоматически · { $stamp }
common-as-of = По состоянию на { $stamp }
common-live-lost = Нет связи с Паромом. Показаны данные на { $stamp }.
common-saved = Сохранено.
common-not-saved =
    Не сохранено: исправьте { $errors ->
        [one] { $errors } поле
        [few] { $errors } поля
        [many] { $errors } полей
       *[other] { $errors } поля
    }.
common-secret-set = Сохранено, последние символы: { $last4 }. Оставьте поле пустым, чтобы не менять.
common-secret-once = Скопируйте сейчас: больше он не покажется.
common-skip = Перейти к содержанию
common-help = Справка
common-contact-support = Написать в поддержку
common-support-number = Номер обращения для поддержки: { $request_id }
common-total =
    { $count ->
        [one] { $count } сообщение
        [few] { $count } сообщения
        [many] { $count } сообщений
       *[other] { $count } сообщения
    }

## Navigation

nav-overview = Обзор
nav-sources = Источники
nav-messages = Сообщения
nav-undelivered = Недоставленное
nav-reports = Отчёты
nav-import = Импорт
nav-templates = Шаблоны
nav-keys = Ключи и вебхуки
nav-team = Команда
nav-audit = Журнал действий
nav-data = Ваши данные
nav-account = Аккаунт { $crm }
nav-sign-out = Выйти

## Time

time-now = только что
time-within-minute = в течение минуты
time-minutes-ago =
    { $count ->
        [one] { $count } минуту назад
        [few] { $count } минуты назад
        [many] { $count } минут назад
       *[other] { $count } минуты назад
    }
time-in-minutes =
    { $count ->
        [one] через { $count } минуту
        [few] через { $count } минуты
        [many] через { $count } минут
       *[other] через { $count } минуты
    }
time-today-at = сегодня в { $clock }
time-yesterday-at = вчера в { $clock }
time-days-left =
    { $count ->
        [one] остался { $count } день
        [few] осталось { $count } дня
        [many] осталось { $count } дней
       *[other] осталось { $count } дня
    }
time-tomorrow-at = завтра в { $clock }
time-month =
    { $month ->
        [1] января
        [2] февраля
        [3] марта
        [4] апреля
        [5] мая
        [6] июня
        [7] июля
        [8] августа
        [9] сентября
        [10] октября
        [11] ноября
       *[12] декабря
    }
time-day = { $day } { $month }
time-day-year = { $day } { $month } { $year } г.
time-day-at = { $date } в { $clock }
time-day-stamp = { $date }, { $clock }
time-span-milliseconds = { $count } мс
time-span-seconds = { $count } с
time-span-minutes = { $count } мин
time-span-hours = { $count } ч
time-span-days = { $count } д
common-error-mark = Ошибка:
common-text-hidden = Текст скрыт
common-actions = Действия
common-on = Включён
common-done = Готово
common-pages = Страницы
common-close = Закрыть
common-new-tab = (откроется в новой вкладке)
common-since = с
common-number = { $number }
common-percent = { $percent } %
common-language = Язык
common-machine-made = Переведено машиной, носитель языка ещё не читал
nav-label = Разделы
nav-menu = Меню
nav-conversations = Чаты
nav-count-alerts =
    { $count ->
        [one] { $count } открытое оповещение
        [few] { $count } открытых оповещения
        [many] { $count } открытых оповещений
       *[other] { $count } открытого оповещения
    }
nav-count-undelivered =
    { $count ->
        [one] { $count } недоставленное сообщение
        [few] { $count } недоставленных сообщения
        [many] { $count } недоставленных сообщений
       *[other] { $count } недоставленного сообщения
    }

## Keys

palette-open = Поиск
palette-label = Страница, настройка, телефон, имя, ID сообщения или чата
palette-search = Искать в сообщениях:
palette-none = Ничего не найдено. Здесь ищут страницы, настройки, источники, клиентов по имени или телефону, сообщения по ID.
palette-page = страница
palette-source = источник
palette-setting = настройка
palette-message = сообщение
palette-chat = чат
palette-customer = клиент
palette-keys = «/» — поиск, «j» и «k» — движение по списку.
palette-keys-off = Выключить клавиши без Ctrl
palette-keys-on = Включить клавиши без Ctrl
nav-group-work = Работа
nav-group-setup = Настройка
nav-group-account = Аккаунт
nav-alerts = Оповещения
