## The letter by which a Chats API channel is registered (`parom channel request`)

channel-letter-subject = Регистрация канала чатов: { $name }
channel-letter-greeting = Добрый день.
channel-letter-open = Просим зарегистрировать канал чатов для нашей интеграции. Ответы на ваши вопросы:
channel-letter-open-known = Просим сверить и исправить настройки нашего канала чатов { $id }. Ответы на ваши вопросы:
channel-letter-name = Название сервиса: { $name }
channel-letter-webhook = Адрес вебхука: { $address }
channel-letter-accounts = ID аккаунтов на время разработки: { $ids }
channel-letter-accounts-none = ID аккаунтов на время разработки: нет, канал должен быть публичным
channel-letter-write-first = «Написать первым»: { $answer }
channel-letter-window = Временное окно: { $answer }
channel-letter-window-seconds =
    да, { $seconds ->
        [one] { $seconds } секунда
        [few] { $seconds } секунды
        [many] { $seconds } секунд
       *[other] { $seconds } секунды
    }
channel-letter-window-templates = после окна можно выбрать только шаблон: { $answer }
channel-letter-email = Почта для сообщений о сбоях: { $email }
channel-letter-icon = Иконка: во вложении, { $file } (SVG, круглая, 14×14 px, меньше 1 КБ)
channel-letter-icon-own = Иконка: во вложении, { $file } (круглая, 14×14 px, { $size })
channel-letter-client = ID интеграции: { $id }
channel-letter-widget = Код виджета интеграции: { $code }
channel-letter-audience-public = Для кого: для всех пользователей. { $unique }
channel-letter-audience-private = Для кого: для перечисленных выше аккаунтов, не для всех пользователей. { $unique }
channel-letter-unique = Похожие решения подключают один мессенджер. Наше подключает к аккаунту несколько, сохраняет порядок сообщений чата при сбоях и показывает, где находится каждое сообщение.
channel-letter-files = Интеграция хранит файлы сама: { $answer }
channel-letter-largest = Наибольший файл: { $size }
channel-letter-reactions = Реакции: { $answer }
channel-letter-quotes = Цитирование (ответы): { $quotes }; пересылка: { $forwards }
channel-letter-voice = Голосовые сообщения: { $answer }
channel-letter-beside = Кроме того, просим:
channel-letter-typing = подписать этот канал на вебхуки о наборе текста
channel-letter-hooks = включить вебхуки версии 2
channel-letter-bot = прислать бота канала: id, client_id и имя
channel-letter-sources = включить для интеграции «Множественные источники»
channel-letter-end = С уважением
channel-yes = да
channel-no = нет
channel-all = да, все
channel-gap-mark = [не заполнено]
channel-gap = { $key }: { $what }
channel-gap-name = название сервиса пишут латиницей, первой стоит буква; оно видно под именем контакта
channel-gap-webhook = amoCRM обращается только по https и только к адресам, доступным из интернета
channel-gap-accounts = назовите аккаунты, которым можно подключать канал, пока он закрытый
channel-gap-email = сюда поддержка amoCRM пишет, когда канал сбоит
channel-gap-client = ID интеграции с её страницы в amoCRM
channel-gap-widget = код виджета со страницы интеграции в amoCRM
