## Мессенджер

connector-avito = Авито
connector-avito-about = Покупатели пишут по вашим объявлениям. В первом сообщении — объявление, его цена и адрес. О прочтении Авито сообщает.

## Что стоит в чате вместо того, для чего в amoCRM нет своего вида

avito-in-nameless = Авито { $id }
avito-in-about = [Объявление] { $title }
avito-in-item = [Объявление] { $title }
avito-in-missed-call = [Пропущенный звонок]
avito-in-call = [Звонок]
avito-in-file = [Файл. Авито его не отдаёт: откройте в чате на Авито или попросите ссылку]
avito-in-video = [Видео. Авито его не отдаёт: откройте в чате на Авито или попросите ссылку]
avito-in-unknown = [Сообщение не поддерживается. Попросите прислать текстом или картинкой]

## Аккаунт продавца и куда Авито присылает сообщения

said-avito-account = аккаунт Авито { $name }
said-avito-no-credentials = у источника нет доступа к Авито: введите Client ID и Client Secret
said-avito-no-app = у этого сервера нет приложения на Авито: подключите по Client ID и Client Secret
said-avito-unset = Авито не знает, куда отправлять сообщения
said-avito-file = картинку сейчас не прочитать
said-avito-token-ended = Авито закрыл доступ раньше срока; запросим снова
said-avito-answered = Авито ответил { $status } { $text }

## Мастер

wizard-consent-avito = Войти через Авито
wizard-consent-hint-avito = На странице Авито войдите как продавец и подтвердите. Потом вы вернётесь сюда, копировать ничего не нужно.
wizard-avito-client-id = Client ID
wizard-avito-client-id-hint = На avito.ru: «Для бизнеса» → «Интеграции» (avito.ru/professionals/api). Нужен уровень подписки «Максимальный», для услуг подойдёт и «Расширенный».
wizard-avito-client-secret = Client Secret
wizard-avito-client-secret-hint = На той же странице. Если там выпустят новый секрет, введите его и здесь.
wizard-avito-incomplete = Введите и Client ID, и Client Secret.
wizard-avito-bad-format = Скопируйте значение с avito.ru/professionals/api целиком: в нём нет пробелов.
wizard-avito-mark-read = Отмечать чаты прочитанными на Авито, когда менеджер ответил
wizard-avito-mark-read-hint = Без этой настройки чаты, на которые ответили из amoCRM, остаются непрочитанными в приложении Авито.

## Отказы

passport-avito-a1 = Продавец отозвал доступ на Авито. Подключите источник снова.
passport-avito-a2 = Авито не принимает Client ID или Secret. Введите их заново с avito.ru/professionals/api.
passport-avito-a3 = Подписка Авито не даёт API мессенджера или не оплачена. Исправьте это, сообщения подождут.
passport-avito-a4 = Авито запрещает доступ: проверьте уровень подписки и аккаунт на Авито, сообщения подождут.
passport-avito-a5 = Такого чата на Авито нет: сначала покупатель пишет по объявлению.
passport-avito-a6 = Авито не принимает этот файл. Пришлите картинку поменьше или ссылку.
passport-avito-a7 = Слишком много запросов к Авито. Паром повторит сам.
passport-avito-a8 = Сообщение пустое. Добавьте текст.
passport-avito-a9 = Неизвестно, дошло ли сообщение. Посмотрите в чате на Авито.
passport-avito-400 = Авито не принял сообщение. Измените его и повторите.
passport-avito-4xx = Авито не принял сообщение. Измените его и повторите.
passport-avito-5xx = Сбой на стороне Авито. Повторите позже.
