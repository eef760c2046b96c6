## Source wizard: all messengers

wizard-title = Новый источник
wizard-step = Шаг { $step } из { $steps }: { $title }
wizard-step-messenger = Мессенджер
wizard-step-access = Доступ
wizard-step-routing = Название и воронка
wizard-step-test = Проверочное сообщение
wizard-choose = Где пишут клиенты?
wizard-by-hand = Ввести данные доступа вручную
wizard-line-choose = Что подключаем?
wizard-line-choose-one = Выберите одну строку списка.
wizard-line-renewed = У источника «{ $source }» снова есть доступ.
wizard-line-failed = Пока не подключено.
wizard-consent-stale = Этот ответ не относится к вашему запросу или пришёл слишком поздно. Ничего не подключено. Нажмите кнопку ещё раз.
wizard-consent-declined = { $messenger }: доступ не дан. Ничего не подключено. Нажмите кнопку ещё раз, когда будете готовы.
wizard-consent-refused = { $messenger }: доступ не подтверждён. Ничего не подключено. Нажмите кнопку ещё раз. Причина: { $reason }
wizard-check-access = Проверить доступ
wizard-checking = Проверяем доступ: { $messenger }…
wizard-access-ok = Доступ есть: { $name }
wizard-create = Создать источник
wizard-waiting-test = Напишите любое сообщение в «{ $name }» от лица клиента. Оно появится здесь.
wizard-test-arrived = { $customer }: сообщение пришло за { $seconds } с и уже в { $crm }.
wizard-test-slow = За 2 минуты ничего не пришло. Источник создан и продолжает ждать; проверьте три пункта ниже.
wizard-skip-test = Закончить без проверки
wizard-done = Источник «{ $source }» создан. Новые чаты попадают в воронку «{ $pipeline }».
wizard-leave = Источник ещё не создан. Введённое не сохранится.

## Source wizard: Telegram

wizard-tg-token = Токен бота
wizard-tg-token-hint = В Telegram откройте @BotFather, отправьте /mybots, выберите бота и нажмите API Token. Выглядит так: 123456789:AAH…
wizard-tg-bad-format = Токен бота — это цифры, двоеточие и около 35 знаков. Скопируйте строку из @BotFather целиком.
wizard-tg-refused = Telegram не знает такого токена. Возможно, в @BotFather выпущен более новый.
wizard-tg-webhook-elsewhere = Бот @{ $bot } сейчас отправляет сообщения на { $host }. Если продолжить, они пойдут в Паром и перестанут приходить туда.
wizard-take-over = Перевести бота в Паром
wizard-tg-groups = Принимать группы
wizard-tg-groups-hint = Каждая группа с ботом станет чатом. Чтобы бот видел все сообщения, выключите Group Privacy в @BotFather и добавьте бота заново.
wizard-tg-delivered = Отмечать доставленным, когда Telegram принял сообщение
wizard-tg-delivered-hint = Telegram не сообщает о доставке и прочтении. Без этой настройки сообщения остаются отправленными.
wizard-tg-sign = Подписывать именем менеджера
wizard-tg-sign-hint = Добавляет имя менеджера над каждым сообщением.
wizard-tg-greeting = Приветствие
wizard-tg-greeting-hint = Отправляется один раз каждому, кто нажал «Старт»; { "{name}" } — имя клиента. Пусто — без приветствия. Чат появится в CRM, когда клиент напишет.
wizard-tg-ask-phone = Запрашивать номер телефона
wizard-tg-ask-phone-hint = Под приветствием будет кнопка, которой клиент делится своим номером; номер станет телефоном контакта.

## Source wizard: WhatsApp

wizard-wa-phone-id = Идентификатор номера (Phone number ID)
wizard-wa-phone-id-hint = Meta for Developers → ваше приложение → WhatsApp → API Setup. Только цифры, это не сам номер телефона.
wizard-wa-waba-id = Идентификатор аккаунта WhatsApp Business (WABA ID)
wizard-wa-token = Постоянный токен доступа
wizard-wa-token-hint = Токен системного пользователя с правами whatsapp_business_messaging и whatsapp_business_management. Токен на 24 часа со стартовой страницы не подойдёт.
wizard-wa-app-secret = Секрет приложения (App secret)
wizard-wa-app-secret-hint = App settings → Basic. По нему Паром отличает запросы Meta от поддельных.
wizard-wa-webhook-title = Вставьте эти два значения в Meta
wizard-wa-callback-url = Callback URL
wizard-wa-verify-token = Verify token
wizard-wa-webhook-hint = Meta for Developers → ваше приложение → WhatsApp → Configuration → Edit. Затем подпишитесь на поле messages. Без этого Meta не передаёт сообщения клиентов.
wizard-wa-verified = Meta подтвердила адрес { $time }.
wizard-wa-token-short =
    Этот токен истечёт через { $hours ->
        [one] { $hours } час
        [few] { $hours } часа
        [many] { $hours } часов
       *[other] { $hours } часа
    }. Возьмите постоянный у системного пользователя.
wizard-wa-other-number = Токен относится к номеру { $phone }. Это нужный номер?

## Source wizard: website chat and own messenger

wizard-later = Вид чата, вопросы и часы работы
wizard-later-hint = Всё это можно настроить и позже, с предпросмотром.
wizard-web-sites = Сайты, где будет чат
wizard-web-sites-hint = По одному адресу в строке, например https://shop.example. Путь не учитывается.
wizard-web-title = Заголовок чата
wizard-web-logo = Логотип
wizard-web-logo-hint = PNG, JPEG или WebP, до 100 КБ, от 32 × 32 до 1024 × 1024 пикселей. Показывается в круге в заголовке чата.
wizard-web-logo-save = Загрузить логотип
wizard-web-logo-remove = Удалить логотип
wizard-web-color = Цвет чата
wizard-web-color-low = Белый текст на этом цвете плохо виден (контраст { $ratio }, нужно 4,5). Паром возьмёт тёмный текст.
wizard-web-embed = Вставьте эту строку перед </body> на каждой странице
wizard-web-link = Или дайте клиентам эту ссылку
wizard-web-secret = Клиенты, которые вошли на ваш сайт
wizard-web-secret-hint = Сайт передаёт подписанный токен клиента, и чат один на всех его устройствах. Секрет показывается один раз, прежний действует ещё сутки.
wizard-web-secret-new = Создать секрет подписи
wizard-web-secret-made = Для «{ $source }» создан новый секрет подписи. Прежний действует ещё сутки.
wizard-custom-url = Адрес вебхука
wizard-custom-url-hint = Сюда Паром будет отправлять сообщения. Только https, ответ 2xx за 15 секунд.
wizard-custom-window = Сколько секунд можно писать свободно
wizard-custom-window-hint = Сколько после сообщения клиента можно писать свободно, например 86400 — сутки; потом только шаблоны. Пусто — всегда.
wizard-custom-url-private = { $host } ведёт в частную сеть. Укажите адрес, доступный из интернета.
wizard-custom-secret = Секрет подписи вебхуков
wizard-custom-test-event = Отправить тестовое событие
wizard-custom-test-result = Ваш сервер ответил { $status } за { $ms } мс.
wizard-web-color-hint = Например #0B5CAD
wizard-web-side = Положение кнопки
wizard-web-side-right = Справа
wizard-web-side-left = Слева
wizard-web-theme = Тема
wizard-web-theme-auto = Как на устройстве посетителя
wizard-web-theme-light = Светлая
wizard-web-theme-dark = Тёмная
wizard-web-reply = Время ответа
wizard-web-reply-none = Не показывать
wizard-web-reply-minutes = Несколько минут
wizard-web-reply-hour = В течение часа
wizard-web-reply-day = В течение дня
wizard-web-reply-own = Свой текст о времени ответа
wizard-web-reply-own-hint = Показывается под заголовком вместо времени ответа.
wizard-web-invite = Приглашение
wizard-web-invite-hint = Пока посетитель не закроет его или не откроет чат; потом больше не появляется. На телефонах чат сам не открывается: показывается текст.
wizard-web-invite-none = Не приглашать
wizard-web-invite-beside = Показать текст у кнопки
wizard-web-invite-chat = Открыть чат
wizard-web-invite-text = Текст приглашения
wizard-web-invite-after = Через сколько секунд на странице
wizard-web-invite-after-hint = Пусто — сразу.
wizard-web-invite-pages = На каких страницах приглашать
wizard-web-invite-pages-hint = По одной части адреса в строке, например /prices. Пусто — на всех страницах.
wizard-web-label-name = Подпись поля «Имя»
wizard-web-label-phone = Подпись поля «Телефон»
wizard-web-label-email = Подпись поля «Почта»
wizard-web-greeting = Приветствие
wizard-web-ask = Что спросить перед чатом
wizard-web-ask-hint = Ничего не отмечено — клиент пишет сразу.
wizard-web-ask-name = Имя
wizard-web-ask-phone = Телефон
wizard-web-ask-email = Почта
wizard-web-consent = Текст согласия
wizard-web-consent-hint = Клиент соглашается с ним до первого сообщения.
wizard-web-hours = Часы работы
wizard-web-hours-hint = По одной строке: пн-пт 09:00-18:00. Оставьте пустым, если отвечаете всегда.
wizard-web-zone = Часовой пояс
wizard-web-zone-hint = Например, Europe/Moscow
wizard-web-holidays = Выходные и праздники
wizard-web-holidays-hint = По одному дню или периоду в строке: 01.01.2027, 31.12 - 08.01. Без года — каждый год.
wizard-web-away = Текст в нерабочее время
wizard-web-away-hint = Если пусто: «Сейчас никого нет. Напишите, мы ответим в рабочее время.»
wizard-web-mail = Через сколько минут прислать непрочитанный ответ на почту
wizard-web-mail-hint = От 1 до 1440, например 10. Только посетителям, которые попросили и подтвердили адрес. Пусто — не присылать.

## Мастер источника: ещё слова

wizard-choose-one = Выберите мессенджер.
wizard-no-kinds = Добавить мессенджер нельзя: разработчик не открыл канал для этого аккаунта. Напишите в поддержку.
wizard-nothing-asked = Здесь ничего вводить не нужно.
wizard-too-old = Страница была открыта слишком долго, введённое стёрто. Начните заново: ничего не создано.
wizard-check-passed = Проверка прошла.
wizard-check-failed = Проверка не прошла. Исправьте значения или продолжите и закончите позже: сообщения подождут, пока другая сторона не ответит.
wizard-custom-unsigned = Секрет подписи появится на последнем шаге. До этого сервер, который проверяет подписи, отвечает 401 или 403.
wizard-go-on = Всё равно продолжить
wizard-pipeline-main = По умолчанию: главная воронка
wizard-channel = Канал
wizard-created = Источник «{ $source }» создан в { $crm }.
wizard-being-made = Источник создаётся. Обновите страницу через несколько секунд.
wizard-test-on-its-way = Сообщение здесь и передаётся в { $crm }.
wizard-tick-messenger = { $messenger }: сообщение передано
wizard-tick-stored = Паром сохранил
wizard-tick-crm = Принято в { $crm }
wizard-tick-visible = Видно в чате
wizard-slow-webchat-1 = Открывается ли чат по ссылке выше?
wizard-slow-webchat-2 = Есть ли сайт в списке сайтов, с https://?
wizard-slow-webchat-3 = Не прячет ли чат блокировщик в браузере? Попробуйте приватное окно.
wizard-slow-custom-1 = Ответил ли API 202? Другой ответ говорит, что исправить.
wizard-slow-custom-2 = Новый ли ID у сообщения? Известный второй раз не сохраняется.
wizard-slow-custom-3 = Позволяет ли ключ «Чтение и отправка»?
wizard-web-open = Откройте чат и напишите что-нибудь:
wizard-web-line = Вставьте эту строку перед </body> на каждой странице сайта:
wizard-web-nowhere = Чат появится только на сайтах из списка: сначала добавьте свой на вкладке «Установка».
wizard-custom-curl = Отправьте сообщение из терминала; вместо API_KEY поставьте ключ:
wizard-finish = Готово
wizard-leave-title = Уйти?
wizard-leave-button = Уйти без источника
