## Вид источника

connector-instagram = Instagram
connector-instagram-about = Клиенты пишут в ваш профессиональный аккаунт, отвечают на истории, комментируют публикации. Приходят прочтения, реакции, отменённые сообщения. Боты могут отвечать 24 часа, менеджеры — 7 дней.

## Что отклоняет Instagram (docs/errors.md)

passport-instagram-window = Клиент не писал больше 24 часов (для ответа человека — 7 дней). Ждите его сообщения.
passport-instagram-not_receiving = Клиент не принимает ваши сообщения. Свяжитесь с ним другим способом.
passport-instagram-blocked_by_person = Клиент заблокировал аккаунт или удалил свой. Свяжитесь с ним другим способом.
passport-instagram-unavailable = Клиент сейчас недоступен. Свяжитесь с ним другим способом.
passport-instagram-unknown_person = Instagram не знает такого клиента: он должен написать первым.
passport-instagram-answered = На комментарий уже ответили лично. Ответьте публично или ждите клиента.
passport-instagram-not_privately = Лично ответить можно 7 дней после комментария. Ответьте публично.
passport-instagram-gone = То, на что вы отвечаете, удалено в Instagram или недоступно.
passport-instagram-too_long = Текст слишком длинный для Instagram. Сократите его.
passport-instagram-too_large = Файл слишком большой для Instagram. Отправьте ссылку.
passport-instagram-not_taken = Instagram не принимает этот файл. Отправьте другой формат или ссылку.
passport-instagram-quote = Цитируемого сообщения больше нет. Отправьте без цитаты.
passport-instagram-token = Токен доступа больше не действует. Введите новый в настройках источника.
passport-instagram-session = Instagram требует новый токен доступа. Введите его в настройках источника.
passport-instagram-permission = У приложения нет права на сообщения или комментарии. Выдайте его снова.
passport-instagram-permissions = У приложения нет прав на этот аккаунт. Подключите его снова.
passport-instagram-restricted = Meta временно ограничила аккаунт. Проверьте раздел «Качество аккаунта».
passport-instagram-app_rate = Превышен лимит запросов приложения. Паром повторит.
passport-instagram-user_rate = Аккаунт выполняет слишком много действий. Паром повторит.
passport-instagram-page_rate = Превышен лимит запросов аккаунта. Паром повторит.
passport-instagram-rate = Instagram просит писать реже. Паром повторит.
passport-instagram-use_case_rate = Превышен лимит запросов к Instagram. Паром повторит.
passport-instagram-temporary = Instagram сейчас не работает. Паром повторит.
passport-instagram-unsent = Instagram не смог отправить. Паром повторит.
passport-instagram-empty = В сообщении нет текста. Напишите что-нибудь.
passport-instagram-busy = Instagram перегружен запросами. Паром повторит.
passport-instagram-server = Instagram не отвечает. Паром повторит.
passport-instagram-parameter = Instagram не принял сообщение. Измените его и отправьте снова.
passport-instagram-other = Instagram отклонил сообщение. Измените его и отправьте снова.

## Мастер

wizard-ig-account = ID аккаунта
wizard-ig-account-hint = Цифры, 1784…: ID профессионального аккаунта рядом с его токеном в вашем приложении на developers.facebook.com.
wizard-ig-token = Токен доступа
wizard-ig-token-hint = В вашем приложении на developers.facebook.com: Instagram, API setup with Instagram login, кнопка Generate token. Паром обновит его до истечения 60 дней.
wizard-consent-instagram = Войти через Instagram
wizard-consent-hint-instagram = На странице Instagram войдите в профессиональный аккаунт и подтвердите. Потом вы вернётесь сюда, копировать ничего не нужно.
