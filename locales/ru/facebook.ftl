## Вид источника

connector-facebook = Facebook Messenger
connector-facebook-about = Клиенты пишут вашей странице и комментируют её публикации. Приходят доставка, прочтения и реакции. Боты могут отвечать 24 часа, менеджеры — 7 дней.

## Что отклоняет Messenger (docs/errors.md)

passport-facebook-window = Клиент не писал больше 24 часов (для ответа человека — 7 дней). Ждите его сообщения.
passport-facebook-not_receiving = Клиент не принимает ваши сообщения. Свяжитесь с ним другим способом.
passport-facebook-blocked_by_person = Клиент заблокировал аккаунт или удалил свой. Свяжитесь с ним другим способом.
passport-facebook-unavailable = Клиент сейчас недоступен. Свяжитесь с ним другим способом.
passport-facebook-unknown_person = Messenger не знает такого клиента: он должен написать первым.
passport-facebook-answered = На комментарий уже ответили лично. Ответьте публично или ждите клиента.
passport-facebook-not_privately = Лично ответить можно 7 дней после комментария. Ответьте публично.
passport-facebook-gone = То, на что вы отвечаете, удалено в Messenger или недоступно.
passport-facebook-too_long = Текст слишком длинный для Messenger. Сократите его.
passport-facebook-too_large = Файл слишком большой для Messenger. Отправьте ссылку.
passport-facebook-not_taken = Messenger не принимает этот файл. Отправьте другой формат или ссылку.
passport-facebook-quote = Цитируемого сообщения больше нет. Отправьте без цитаты.
passport-facebook-token = Токен доступа больше не действует. Введите новый в настройках источника.
passport-facebook-session = Messenger требует новый токен доступа. Введите его в настройках источника.
passport-facebook-permission = У приложения нет права на сообщения или комментарии. Выдайте его снова.
passport-facebook-permissions = У приложения нет прав на этот аккаунт. Подключите его снова.
passport-facebook-restricted = Meta временно ограничила аккаунт. Проверьте раздел «Качество аккаунта».
passport-facebook-app_rate = Превышен лимит запросов приложения. Паром повторит.
passport-facebook-user_rate = Аккаунт выполняет слишком много действий. Паром повторит.
passport-facebook-page_rate = Превышен лимит запросов аккаунта. Паром повторит.
passport-facebook-rate = Messenger просит писать реже. Паром повторит.
passport-facebook-use_case_rate = Превышен лимит запросов к Messenger. Паром повторит.
passport-facebook-temporary = Messenger сейчас не работает. Паром повторит.
passport-facebook-unsent = Messenger не смог отправить. Паром повторит.
passport-facebook-empty = В сообщении нет текста. Напишите что-нибудь.
passport-facebook-busy = Messenger перегружен запросами. Паром повторит.
passport-facebook-server = Messenger не отвечает. Паром повторит.
passport-facebook-parameter = Messenger не принял сообщение. Измените его и отправьте снова.
passport-facebook-other = Messenger отклонил сообщение. Измените его и отправьте снова.

## Мастер

wizard-fb-page = ID страницы
wizard-fb-page-hint = Цифры. На странице: Информация, Прозрачность страницы; или в Meta Business Suite, Настройки.
wizard-fb-token = Токен доступа страницы
wizard-fb-verify-hint = Любой ваш текст. Паром сам передаст его Meta вместе со своим адресом.
wizard-fb-verify-optional-hint = Только для своего приложения: любой текст. Паром сам передаст его Meta вместе со своим адресом.
wizard-fb-token-hint = На developers.facebook.com в вашем приложении: Messenger → Настройки, выберите страницу и нажмите «Создать». Нужны права pages_messaging, pages_manage_metadata, pages_read_engagement.
wizard-consent-facebook = Войти через Facebook
wizard-consent-hint-facebook = На странице Facebook войдите, выберите свои страницы и подтвердите. Потом вы вернётесь сюда, копировать ничего не нужно.
said-consent-none-facebook = не выбрана ни одна страница, которой вы управляете. Выберите хотя бы одну на странице Facebook
