## Общее для Instagram и Messenger: мастер

wizard-meta-secret = Секрет приложения
wizard-meta-secret-hint = На developers.facebook.com в вашем приложении: App settings → Basic (для Instagram: Instagram → API setup). Им Meta подписывает вызовы.
wizard-meta-secret-optional-hint = Оставьте пустым, чтобы использовать общее приложение. Для своего приложения — его секрет: App settings, Basic.
wizard-meta-verify = Проверочный токен
wizard-meta-verify-hint = Любой ваш текст. Последний шаг покажет, где ввести его в Meta.
wizard-meta-verify-optional-hint = Только для своего приложения: любой текст; пустое поле Паром заполнит сам. Последний шаг покажет, где ввести его в Meta.
wizard-meta-bad-format = Скопируйте значение ещё раз: в нём лишние знаки.
wizard-meta-bad-id = ID состоит только из цифр.
wizard-meta-refused = Meta не принимает этот токен доступа. Получите новый и введите его.
wizard-meta-unknown-setting = Такой настройки нет.
wizard-meta-webhook-elsewhere = События этого приложения сейчас идут на { $host }. Если продолжить, они пойдут в Паром и перестанут приходить туда.
wizard-meta-webhook-title = Вставьте эти два значения в Meta
wizard-meta-webhook-url = Callback URL
wizard-meta-webhook-hint = Meta for Developers → ваше приложение → Instagram → API setup with Instagram login → Configure webhooks. Затем подпишитесь на comments, live_comments, message_reactions, messages, messaging_postbacks, messaging_referral и messaging_seen. Без этого Meta не передаёт сообщения клиентов.

## Аккаунт и куда идут его события

said-meta-token = нет токена доступа
said-meta-secret = Секрет не от того приложения, которому выдан токен. Скопируйте его в основных настройках приложения
said-meta-account = { $name } отвечает
said-meta-other-account = Этот токен принадлежит { $name } с ID { $id }. Введите этот ID или токен другого аккаунта
said-meta-no-account = Meta не сообщает, чей это токен. Введите токен самого аккаунта: токен приложения не принадлежит ни одному аккаунту
said-meta-refused = Meta ответила: { $text }
said-meta-answered = Meta ответила { $status }: { $text }
said-meta-file = файл не удалось прочитать
said-meta-unset = Meta не знает, что события этого аккаунта нужно присылать сюда
said-meta-elsewhere = Meta присылает события этого приложения на { $host }: его забрал другой сервис

## Что стоит в чате вместо того, для чего в amoCRM нет своего вида

meta-in-unknown = [Сообщение не поддерживается. Попросите прислать текстом или файлом]
meta-in-story-mention = [Упоминание в истории]
meta-in-story-answer = [Ответ на вашу историю]
meta-in-story = [История]
meta-in-share = [Публикация] { $link }
meta-in-product = [О товаре { $id }]
meta-in-comment-empty = [Комментарий без текста]
meta-in-unnamed = Кто-то
