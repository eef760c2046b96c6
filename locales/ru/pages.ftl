## Sign-in and error pages

sign-in-title = Вход в панель
sign-in-from-widget = Откройте панель из виджета в { $crm }: пароль не нужен.
sign-in-link-sent = Если адрес { $email } нам знаком, ссылка уже в пути. Она действует 15 минут.
sign-in-link-used = Эта ссылка уже использована или истекла. Запросите новую.
session-ended =
    Сеанс завершён: { $hours ->
        [one] { $hours } час
        [few] { $hours } часа
        [many] { $hours } часов
       *[other] { $hours } часа
    } без действий. Введённое сохранено.
page-forbidden = Роль «{ $role }» не открывает эту страницу. Изменить роль может { $admins }.
page-not-found = Такой страницы нет. Возможно, её удалили.
page-error = Парому не удалось показать страницу. На сообщения это не влияет. Повторите через минуту.
page-read-only = Идут работы: смотреть можно, менять нельзя. Сообщения принимаются и сохраняются.
page-busy = Сейчас у Парома слишком много работы. Сообщения принимаются и сохраняются; попробуйте чуть позже.
sign-in-email = E-mail
sign-in-password = Пароль
sign-in-button = Войти
sign-in-or = или
sign-in-wrong = E-mail и пароль не подходят друг к другу. Проверьте оба или запросите ссылку.
sign-in-wait =
    Слишком много попыток. Следующая через { $seconds ->
        [one] { $seconds } секунду
        [few] { $seconds } секунды
        [many] { $seconds } секунд
       *[other] { $seconds } секунды
    }.
sign-in-link-hint = Одноразовая ссылка на e-mail, пароль не нужен.
sign-in-link-send = Прислать ссылку
sign-in-link-no-mail = Этот Паром не отправляет писем. Ссылку для входа может создать владелец аккаунта: «Команда», ваша строка.
sign-in-link-title = Вход
sign-in-link-open = По ссылке можно войти один раз.
sign-in-link-account = По ссылке можно войти в аккаунт { $account }.
sign-in-link-used-title = Ссылка больше не действует
sign-in-invited = У вас уже есть пароль. Войдите, и приглашение будет принято.
sign-in-code-title = Ещё один шаг
sign-in-code = Код
sign-in-code-hint = Шесть цифр из приложения-аутентификатора.
sign-in-code-wrong = Код не подходит или уже использован. Дождитесь следующего.
sign-in-code-lost = Приложение потеряно? Второй шаг может снять владелец аккаунта или поддержка.
sign-in-framed-title = Откройте панель во вкладке
sign-in-framed = Внутри этого окна браузер не хранит вход в Паром. В отдельной вкладке панель работает.
sign-in-framed-open = Открыть панель
choose-title = Выберите аккаунт
choose-none = Вы пока не состоите ни в одном аккаунте.
session-ended-title = Сеанс завершён
session-title = Где выполнен вход
session-via = Как
session-via-password = По паролю
session-via-link = По ссылке из письма
session-via-handed = По ссылке от владельца
session-via-ticket = Из виджета в { $crm }
session-via-operator = Поддержка разработчика
session-since = С какого времени
session-this = этот
session-end = Завершить
session-end-others = Завершить все остальные
session-end-done = Сеанс завершён.
me-title = Мой вход
me-from-crm = Вы входите из виджета в { $crm }, пароль не нужен. Чтобы входить без { $crm }, пригласите свой e-mail в разделе «Команда».
password-current = Текущий пароль
password-current-wrong = Это не текущий пароль.
password-new = Новый пароль
password-hint = Не короче 8 знаков; хороши три-четыре слова. Сеансы в других местах завершатся.
password-save = Сохранить пароль
password-set = Пароль сохранён. Другие сеансы завершены.
password-short = В пароле не меньше { $shortest } знаков.
password-long = В пароле не больше { $longest } знаков.
password-common = Такой пароль пробуют одним из первых. Придумайте другой.
two-step-why = Кроме пароля Паром будет спрашивать код из приложения на телефоне.
two-step-add = Настроить вход с подтверждением
two-step-scan = Отсканируйте картинку приложением-аутентификатором и введите код, который оно покажет.
two-step-picture = QR-код для приложения-аутентификатора
two-step-by-hand = Или введите в приложении этот ключ:
two-step-turn-on = Включить
two-step-on = Вход с подтверждением включён.
two-step-off = Вход с подтверждением выключен.
two-step-remove = Выключить вход с подтверждением
panel-switch = Другие аккаунты
panel-looked-at = До { $stamp } аккаунт смотрит поддержка разработчика: { $reason }. Менять ничего нельзя, тексты скрыты.
page-forbidden-title = Недоступно вашей роли
page-forbidden-looking = Эта страница здесь закрыта.
page-not-found-title = Такой страницы нет
page-error-title = Страницу не удалось показать
page-unavailable-title = Повторите через минуту
page-unavailable = Сейчас Паром не может этого сделать, ничего не изменилось. Сообщения принимаются и сохраняются.
page-refused-title = Это не удалось сделать
page-refused = Ничего не изменилось. Вернитесь назад: введённое осталось на странице.
page-too-large = Форма слишком большая. Ничего не изменилось.
page-foreign-form-title = Форма пришла из другого места
page-foreign-form = Браузер сообщает, что форму отправил другой сайт. Ничего не изменилось. Откройте страницу в Пароме и отправьте форму оттуда.
page-stale-form-title = Страница устарела
page-to-overview = На обзор
page-to-sign-in = Ко входу
mail-link-subject = Ссылка для входа в Паром
mail-link-body =
    По этой ссылке можно один раз войти на { $server }, она действует 15 минут:

    { $link }

    Если вы её не запрашивали, ничего не делайте: без ссылки никто не войдёт.
mail-invite-subject = Паром: приглашение в { $account }
mail-invite-body =
    { $name } приглашает вас в панель аккаунта { $account }. Ссылка сработает один раз, она действует 7 дней:

    { $link }
session-seen = Последнее действие
theme-title = Вид
theme-auto = Как на устройстве
theme-light = Светлый
theme-dark = Тёмный
