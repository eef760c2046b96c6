## Что стоит в чате вместо того, для чего в amoCRM нет своего вида

tg-in-nameless = Telegram { $id }
tg-in-poll = [Опрос]
tg-in-story = [История]
tg-in-paid-media = [Платное медиа, { $stars } ⭐]
tg-in-checklist = [Список дел]
tg-in-gift = [Подарок]
tg-in-giveaway = [Розыгрыш]
tg-in-game = [Игра]
tg-in-invoice = [Счёт]
tg-in-form = [Форма]
tg-in-sticker = [Стикер]
tg-in-too-large = [Файл { $size }: { $name }, скачать нельзя. Попросите ссылку]
tg-in-too-large-unnamed = [Файл { $size }, скачать нельзя. Попросите ссылку]
tg-in-unknown = [Сообщение не поддерживается. Попросите прислать текстом или файлом]
tg-in-forward = Переслано от { $name }:
tg-in-forward-link = Переслано от { $name } ({ $link }):
tg-in-unnamed = кого-то
tg-in-elsewhere = [Сообщение из другого чата]
incoming-button = [Нажата кнопка]

## Бот и куда он приносит сообщения

said-telegram-https = Telegram отправляет сообщения только на адреса https, а адрес этого сервера — { $url }. Обратитесь к тому, кто его обслуживает
said-telegram-port = Telegram обращается только к портам 443, 80, 88 и 8443, а у этого сервера порт { $port }. Обратитесь к тому, кто его обслуживает
said-telegram-unset = Telegram не знает, куда отправлять сообщения
said-telegram-elsewhere = Telegram отправляет сообщения на { $host }: бота забрал другой сервис
said-telegram-failing = Telegram сообщает о последнем обращении: { $text } (ждёт там: { $count })
said-telegram-waiting = ждёт в Telegram: { $count }
said-messenger-away = мессенджер не отвечает: { $reason }
said-messenger-refused = мессенджер отказал: { $reason }
said-line-taken = { $line } уже работает в другом аккаунте
said-line-taken-here = { $line } уже работает в источнике «{ $source }».
said-line-lost = { $line } подключили в другом источнике, и мессенджер подтвердил его доступ: сообщения клиентов приходят туда. Если линия ваша, введите здесь новые данные доступа, иначе удалите этот источник
said-line-other = это доступ к { $line }, а источник работает с { $now }: добавьте для него другой источник

## Источник, чей мессенджер приносит сообщения не сюда или никуда

source-reason-line_elsewhere = Бота или номер забрал другой сервис: сообщения клиентов идут туда.
source-reason-line_not_set = Мессенджер ещё не знает, куда отправлять сообщения. Паром повторяет попытки.
source-reason-line_failing = Мессенджер не достучался до Парома или достучался поздно. Сообщения ждут там и сутки не теряются.
source-reason-line_trouble = Мессенджер сообщает о проблеме с этим номером или аккаунтом. Сообщения могут быть ограничены.
source-reason-business_off = Бота отключили в Telegram Business. Подключите его там снова: Настройки → Telegram для бизнеса → Чат-боты.
source-action-take_back = Подключить заново
source-taken-back = «{ $source }» снова получает свои сообщения.
source-deep-link = Ссылка для клиентов
source-deep-link-hint = Значение после { $part } (до 64 латинских букв, цифр, _ и -) сохраняется вместе с чатом и показывает, откуда пришёл клиент.
source-deep-link-hint-text = Текст после text= подставится клиенту как первое сообщение.
source-refused-line_taken = { $reason }
source-refused-messenger_refused = { $reason }
audit-did-source-taken_back = Источнику возвращены его сообщения
alert-kind-source_moved = Бота или номер забрал другой сервис
problem-line_taken = Бот или номер уже работает в другом источнике
problem-messenger_refused = Мессенджер отказал
wizard-slow-telegram-1 = Тот ли это бот? Сверьте имя.
wizard-slow-telegram-2 = В группе: выключен ли в @BotFather режим приватности и добавлен ли бот после этого заново?
wizard-slow-telegram-3 = Не пользуется ли ботом другой сервис? Проверьте источник: он покажет, куда идут сообщения.

## Чат

conversation-visit = Пришёл по метке
conversation-shut = Клиент заблокировал бота. Сообщения не дойдут, пока он его не разблокирует.

## Приветствие

tg-out-ask-phone = Поделитесь номером телефона, чтобы мы могли с вами связаться.
tg-out-share-phone = Поделиться номером
wizard-test-note-telegram = Клиенты пишут вам лично, в Telegram Business? Откройте в Telegram «Настройки», «Telegram для бизнеса», «Чат-боты» и добавьте этого бота: эти чаты тоже придут сюда.
