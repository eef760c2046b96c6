## Messengers

connector-telegram = Бот Telegram
connector-whatsapp = WhatsApp Business
connector-webchat = Чат на сайте
connector-max = Бот MAX
connector-custom = Свой мессенджер (API)
connector-telegram-about = Клиенты пишут вашему боту. Файлы, ответы, правки и реакции ходят в обе стороны. Telegram не сообщает о доставке и прочтении.
connector-whatsapp-about = Клиенты пишут на ваш номер WhatsApp Business. Свободный текст можно отправлять 24 часа после последнего сообщения клиента, потом только одобренный шаблон.
connector-webchat-about = Окно чата на вашем сайте. Одна строка кода, клиенту не нужна регистрация.
connector-custom-about = Для разработчиков: сообщения через публичный API и подписанные вебхуки.

## Sources: list and page

sources-title = Источники
sources-used = Занято { $used } из { $limit }
sources-add = Добавить источник
sources-empty-title = Источников пока нет
sources-empty-text = Источник — это номер, бот или сайт, куда пишут клиенты. В воронке он виден как источник сделки.
sources-col-name = Источник
sources-col-messenger = Мессенджер
sources-col-pipeline = Воронка
sources-col-state = Состояние
sources-col-last-in = Последнее от клиента
sources-col-last-out = Последнее клиенту
sources-col-failed = Не доставлено за 24 ч
sources-default-mark = По умолчанию
sources-limit-reached = Заняты все источники: { $limit }. Удалите тот, который больше не нужен.
sources-pick-default = Источник по умолчанию не выбран. Чаты без источника попадают в главную воронку.
source-edit-name = Название в { $crm }
source-edit-pipeline = Воронка для новых сделок
source-edit-pipeline-hint = Новый чат появится сделкой в «Неразобранном» этой воронки.
source-edit-default = Источник по умолчанию
source-edit-default-hint = Получает чаты без источника. «{ $name }» перестанет быть источником по умолчанию.
source-test = Проверить источник
source-test-passed =
    Проверка прошла за { $ms } мс: { $steps ->
        [one] { $steps } шаг
        [few] { $steps } шага
        [many] { $steps } шагов
       *[other] { $steps } шага
    }.
source-test-failed = Проверка остановилась на шаге «{ $step }»: { $reason }
source-pause = Поставить на паузу
source-pause-confirm =
    Сообщения источника «{ $source }» будут приниматься и ждать. Сейчас { $count ->
        [0] ничего не ждёт
        [one] ждёт { $count } сообщение
        [few] ждут { $count } сообщения
        [many] ждут { $count } сообщений
       *[other] ждут { $count } сообщения
    }.
source-resume = Снять паузу
source-reconnect = Подключить заново
source-delete = Удалить источник
source-delete-confirm =
    Удалить «{ $source }»? { $chats ->
        [0] Чатов у него нет
        [one] В { $crm } останется { $chats } чат, но новых сообщений в нём не будет
        [few] В { $crm } останутся { $chats } чата, но новых сообщений в них не будет
        [many] В { $crm } останутся { $chats } чатов, но новых сообщений в них не будет
       *[other] В { $crm } останутся { $chats } чата, но новых сообщений в них не будет
    }. { $waiting ->
        [0] Ждущих сообщений нет
        [one] { $waiting } ждущее сообщение попадёт в «Недоставленное»
        [few] { $waiting } ждущих сообщения попадут в «Недоставленное»
        [many] { $waiting } ждущих сообщений попадут в «Недоставленное»
       *[other] { $waiting } ждущих сообщения попадут в «Недоставленное»
    }.
source-deleted-in-crm = Источник удалён в { $crm }. Пока вы не создадите его снова, новые чаты идут в источник по умолчанию.
source-create-again = Создать в { $crm } снова
source-abilities = Что поддерживает мессенджер

## Почему источник в этом состоянии и что с этим делать

source-access-goes-out =
    { $waiting ->
        [one] { $waiting } сообщение, которое ждало, уходит сейчас.
        [few] { $waiting } сообщения, которые ждали, уходят сейчас.
       *[other] { $waiting } сообщений, которые ждали, уходят сейчас.
    }
source-access-saved = Сохранено. { $messenger } принимает этот доступ.
source-reason-access_refused = Мессенджер больше не принимает сохранённый доступ.
source-reason-credentials_erased = Интеграцию в { $crm } отключали, и сохранённый доступ к мессенджеру стёрт. Введите его снова, чаты и настройки сохранены.
source-reason-test_failed = Последняя проверка не прошла, и сообщений с тех пор не было.
source-reason-messenger_unreachable = Мессенджер не отвечает. Сообщения ждут, попытки повторяются.
source-reason-webhook_suspended = Ваш сервер 24 часа не принимал сообщения, и Паром поставил источник на паузу. Сообщения ждут здесь, каждое до 24 часов.
source-reason-deleted_in_crm = Этот источник удалили в { $crm }. Новые чаты идут в источник по умолчанию, пока вы не создадите его снова.
source-reason-pipeline_archived = Его воронка в архиве { $crm }, новых сделок не видно. Выберите другую.
source-reason-account_not_connected = Аккаунт ещё не подключён.
source-reason-account_access_lost = { $crm } больше не принимает выданный доступ. Сообщения идут, настройки менять нельзя.
source-reason-account_unpaid = Аккаунт { $crm } не оплачен.
source-reason-account_blocked = { $crm } отклоняет все запросы этого аккаунта. Сообщения ждут.
source-reason-account_suspended = Аккаунт приостановлен. Сообщения принимаются и ждут.
source-reason-account_plan_ended = Подписка на сервис закончилась. Сообщения принимаются и ждут.
source-reason-account_disconnected = Аккаунт отключён. Сообщения не идут.
source-reason-channel_disconnected = Канал чатов отключён в { $crm }. Источники сохранены.
source-reason-channel_misconfigured = { $crm } не принимает подпись Парома. Поддержка уже знает, сообщения ждут.
source-reason-channel_not_allowed = Канал чатов ещё не открыт для этого аккаунта. Попросите поддержку добавить его.
source-action-test = Проверить источник
source-action-reconnect = Подключить заново
source-action-resume = Снять паузу
source-action-restore = Создать в { $crm } снова
source-action-choose_pipeline = Выбрать воронку
source-action-allow_access = Обновить доступ
source-action-connect_account = Подключить
source-action-pay = Оплатить { $crm }
source-action-support = Написать в поддержку

## Проверка источника

source-test-credentials = Мессенджер принимает доступ
source-test-webhook = Сообщения приходят на нужный адрес
source-test-chat = { $crm } открывает проверочный чат без сделки
source-test-message = { $crm } принимает проверочное сообщение без уведомления
source-test-status = { $crm } принимает статус доставки
source-test-person = Паром (проверка)
source-test-text = Это проверка связи. Отвечать не нужно.

## Чужие источники

stray-own_default = Источник «{ $name }» появился в { $crm } сам при установке интеграции. В него идут чаты без источника.
stray-own_default-fix = Передайте его воронку и чаты своему источнику по умолчанию или уберите его.
stray-unknown = В { $crm } есть источник «{ $name }», Паром его не создавал.
stray-unknown-fix = Если он никому не нужен, уберите его. Или передайте его воронку своему источнику по умолчанию.
stray-adopt = Передать
stray-remove = Убрать

## От одного источника к нескольким

migration-title = От одного источника к нескольким
migration-default_source = Источник по умолчанию
migration-default_source-todo = Выберите источник вместо прежней линии: он получит чаты без источника.
migration-bind_chats = Привязка чатов к источникам
migration-bind_chats-todo = Делать ничего не нужно: со следующим сообщением чат привяжется к своему источнику.
migration-more_sources = Ещё источники
migration-more_sources-todo = Добавьте следующий номер, бота или сайт.

## Источники: ещё слова страниц

answer-yes = Да
answer-no = Нет
source-name-deleted = { $name } (удалён)
source-someone = кто-то
source-tabs = Разделы источника
source-tab-overview = Состояние
source-tab-settings = Настройки
source-tab-design = Оформление
source-tab-access = Доступ
source-tab-shadow = Рядом с другим сервисом
source-tab-test = Проверка
source-danger = Пауза и удаление
source-pipeline-number = Воронка { $id }
source-pipelines-as-of = Воронки обновлены из { $crm } { $time }.
source-pipelines-away = Список воронок { $crm } ещё не получен. Остальное можно менять, воронка останется прежней.
source-edit-contact = Контакт нового чата
source-edit-lead-origin = Записывать в сделку, откуда пришёл клиент
source-edit-lead-origin-hint = UTM-метки, параметры ссылок и реклама заполняют пустые поля «Статистика» сделки. Остальное добавляется одним примечанием.
source-edit-new-chats = Новых чатов в час, не больше
source-edit-new-chats-hint = Остальные чаты, начатые клиентами за этот час, откладываются: в { $crm } из них ничего не попадает, пока вы их не пропустите. Пустое поле — без ограничения.
source-services = Возможности WhatsApp
source-services-title = { $name }: возможности WhatsApp
source-services-about = Что { $crm } предлагает для этого источника помимо чатов. Нужно, если его мессенджер — WhatsApp.
source-services-waba = Официальный WhatsApp (WABA)
source-services-waba-hint = Шаблоны источника уходят на проверку, а { $crm } показывает временное окно. Окно канала должно быть согласовано с { $crm }.
source-services-lists = Сообщения со списком
source-services-lists-hint = Salesbot в { $crm } может отправлять списки для выбора.
source-services-numbers = Номера для кнопки на сайте
source-services-numbers-hint = По одному номеру в строке с названием, которое показывает { $crm }: +79005550101, Продажи
source-services-wrong = Каждая строка начинается с номера телефона, затем запятая и название: +79005550101, Продажи
contact-rule-leave = Контакт выбирает { $crm } по своим правилам
contact-rule-link = Новый чат привязывается к контакту с тем же телефоном или почтой
contact-rule-create = Перед новым чатом создаётся контакт
source-edit-default-first = Получает чаты без источника.
source-to-enter-secret = Сохранённый токен больше не показывается. Если он потерян, введите новый на вкладке:
source-is-default = Это источник по умолчанию. Чтобы сменить его, отметьте другой.
source-id-ours = ID в Пароме
source-id-external = Внешний ID
source-id-crm = ID в { $crm }
source-held =
    { $count ->
        [one] Ждёт { $count } сообщение
        [few] Ждут { $count } сообщения
        [many] Ждут { $count } сообщений
       *[other] Ждут { $count } сообщения
    }, самое старое с { $stamp }.
source-paused = Источник «{ $source }» на паузе. Сообщения принимаются и ждут.
source-resumed = Источник «{ $source }» снова работает.
source-resume-nothing = Ничего не ждёт. «{ $source }» продолжит сразу.
source-resume-choose = Что сделать с ожидающими
source-resume-all =
    { $count ->
        [one] Отправить { $count } сообщение
        [few] Отправить все { $count } сообщения
        [many] Отправить все { $count } сообщений
       *[other] Отправить все { $count } сообщения
    }
source-resume-younger =
    { $hours ->
        [one] Отправить только те, что моложе { $hours } часа
        [few] Отправить только те, что моложе { $hours } часов
        [many] Отправить только те, что моложе { $hours } часов
       *[other] Отправить только те, что моложе { $hours } часа
    }
source-resume-none = Ничего не отправлять
source-resume-dropped = Неотправленное станет недоставленным, менеджеры увидят это в { $crm }.
source-deleted = Источник «{ $source }» удалён.
source-restored = Источник «{ $source }» снова создан в { $crm }.
source-changed-settings = Изменены, новые значения — на вкладке «Доступ»
source-crm-away = { $crm } не отвечает. Ничего не изменено, введённое сохранено: повторите через минуту.
source-refused-other = Не принято, ничего не изменено: { $reason }
source-refused-crm_refused = Отказ { $crm }, ничего не изменено: { $reason }
source-refused-crm_unpaid = Отказ { $crm }: нет оплаты. Ничего не изменено, введённое сохранено: оплатите { $crm } и нажмите кнопку ещё раз.
source-refused-crm_blocked = Аккаунт заблокирован в { $crm }. Ничего не изменено, введённое сохранено: напишите в поддержку, а когда { $crm } откроет доступ, нажмите кнопку ещё раз.
source-refused-crm_limit = { $crm } больше не принимает источники этого аккаунта: { $reason }
source-refused-source_limit = Все источники аккаунта заняты. Удалите ненужный.
source-refused-plan_kind = В вашем тарифе нет источников этого вида. Чтобы изменить тариф, напишите в поддержку.
source-refused-tenant_inactive = Аккаунт не активен, менять источники нельзя. Откройте «Аккаунт { $crm }».
source-refused-channel_not_connected = Канал чатов не подключён к аккаунту. Откройте «Аккаунт { $crm }».
source-refused-deleted_in_crm = Источник удалили в { $crm }. Сначала создайте его там снова.
source-refused-not_deleted_in_crm = Источник есть в { $crm }: создавать нечего.
source-refused-no_source = Передать его пока некуда. Сначала добавьте источник.
source-test-about = Паром проводит тихое сообщение через все шаги в отдельном чате. Клиенты ничего не получают, уведомлений не будет.
source-test-step-failed = Не пройдено
sources-since = с
sources-may-not = Изменить это может владелец или администратор.
stray-adopted = Готово: ваш источник принял воронку и чаты, источник { $crm } убран.
stray-removed = Источник убран из { $crm }.
ability-begins-known = Может написать первым только тем, кто уже писал сюда и сообщил телефон
ability-receipts = Сообщает о доставке и прочтении
ability-delivered-on-accept = Принятое мессенджером считается доставленным
ability-repeat-marked = После обрыва связи сообщения повторяются с пометкой, чтобы получатель их узнал
ability-repeat-freely = После обрыва связи ничего не приходит дважды
ability-await-status = После обрыва связи Паром ждёт отчёта мессенджера, прежде чем отправить снова
ability-resend-once = После обрыва связи сообщение может прийти дважды
ability-speed =
    { $count ->
        [one] До { $count } сообщения в секунду
        [few] До { $count } сообщений в секунду
        [many] До { $count } сообщений в секунду
       *[other] До { $count } сообщения в секунду
    }
ability-takes = Типы сообщений: { $kinds }
ability-takes-not = Пока не поддерживаются: { $kinds }
ability-takes-as = Передаются в другом виде: { $kinds }
ability-knows = Поддерживает: { $features }
ability-replaces = Отправляет текстом: { $features }
ability-apart = Отправляет по одному: { $features }
ability-lacks = Не поддерживает: { $features }
ability-name-captions = подписи к файлам
ability-name-media_groups = файлы одной группой
ability-name-buttons = кнопки
ability-name-lists = списки для выбора
ability-name-quotes = цитаты
ability-name-forwards = пересланные сообщения
ability-name-templates = шаблоны со значениями
ability-name-comments = ответы на комментарии
ability-name-reactions = реакции
ability-name-typing = «печатает»
ability-name-write_first = первое сообщение клиенту
ability-name-edits = изменение сообщений
source-tab-appearance = Внешний вид
source-tab-hours = Часы работы
source-tab-before = Перед чатом
source-tab-after = После чата
source-tab-languages = Языки
source-tab-install = Установка
source-preview = Предпросмотр
source-preview-question = Здравствуйте. Доставляете по воскресеньям?
source-preview-answer = Да, с 10 до 18 часов.
source-languages-hint = Посетитель видит тексты на языке своего браузера. Если здесь текста нет, показывается тот, что на других вкладках, а без него — текст Парома на этом языке.
source-language-add = добавить тексты
source-language-written = { $count } из { $all }
source-preview-language = Язык посетителя
widget-embed-nowhere-here = В списке нет ни одного сайта, поэтому чат нигде не появится. Добавьте свой сайт выше.
source-sites = Проверьте, что чат работает
source-sites-hint = Опубликуйте строку, откройте страницу сайта и обновите эту: здесь видно, когда сайт последний раз загрузил чат.
source-site-seen = последняя загрузка:
source-site-unseen = чат ещё ни разу не загружался
source-install-gtm = Google Tag Manager
source-install-how-gtm = Новый тег → «Пользовательский HTML»: вставьте строку, триггер «Все страницы», затем опубликуйте контейнер.
source-install-tilda = Tilda
source-install-how-tilda = Настройки сайта → «Ещё» → «HTML-код для вставки внутрь head»: вставьте строку и опубликуйте все страницы.
source-install-wordpress = WordPress
source-install-how-wordpress = В плагине для кода в шапке и подвале вставьте строку в «Подвал». Либо добавьте её в footer.php темы перед </body>.
source-install-bitrix = 1С-Битрикс
source-install-how-bitrix = Настройки → «Шаблоны сайтов» → ваш шаблон: вставьте строку в footer.php перед </body> и очистите кеш.

## The source's page: how it is doing

source-failures = Последние недоставленные сообщения
source-failures-all = Все недоставленные этого источника
source-entrance = Куда пишут клиенты
source-entrance-hint = Разместите ссылку на сайте и в подписи к письмам, QR-код можно напечатать.
source-qr = QR-код ссылки { $link }
source-changes = Кто что менял

## Рядом с другим сервисом

shadow-sees = Что он видит
shadow-about = Источник получает сообщения рядом с другим сервисом, хранит их и сравнивает. Он ничего не отправляет.
shadow-sees-questions = Он видит, что пишут клиенты, но не ответы другого сервиса.
shadow-sees-both = Он видит, что пишут клиенты и что отвечает другой сервис.
shadow-sees-nothing = До переключения он ничего не видит: мессенджер доставляет одному получателю, и это другой сервис.
shadow-row-questions = Что пишут клиенты, с файлами и правками
shadow-row-answers = Что отвечает другой сервис
shadow-row-statuses = Доставлены и прочитаны ли ответы другого сервиса
shadow-row-history = Сообщения до добавления источника
shadow-days = Сообщения по дням
shadow-days-hint = Выберите день (UTC), чтобы сравнить его с { $crm }.
shadow-nothing = Пока ничего не получено.
shadow-compared = { $day } в сравнении с { $crm }
shadow-in-crm = В { $crm }
shadow-on-both = С обеих сторон
shadow-how = Чаты других сервисов { $crm } показывает Парому только как события: время, направление и контакт, без текста и линии. Сообщения считаются парой, если между ними не больше двух минут, поэтому среди недостающих здесь могут быть другие линии того сервиса.
shadow-cut = В этом дне больше сообщений, чем сравнивается, здесь или в { $crm }.
shadow-missing-here = Нет здесь
shadow-missing-in-crm = Нет в { $crm }
shadow-differences = Различия
shadow-none = Нет.
shadow-chats = Чаты дня
shadow-chats-hint = Если бы источник работал, новые сделки попадали бы { $pipeline }. Контакта нет: в { $crm } нет контакта с телефоном или почтой клиента, или в этот день написали больше 30 клиентов.
shadow-pipeline-main = в главную воронку
shadow-pipeline-named = в воронку «{ $pipeline }»
shadow-col-day = День
shadow-col-seen = Видно
shadow-col-time = Время
shadow-col-direction = Направление
shadow-col-contact = Контакт в { $crm }
shadow-col-origin = Канал
shadow-col-answer = Ответить сейчас
shadow-answer-text = свободно
shadow-answer-until = свободно до
shadow-answer-template = только шаблоном
shadow-answer-nothing = только после нового сообщения клиента
shadow-templates = Шаблоны, которые можно было бы отправить: { $names }
shadow-templates-none = Ни один шаблон номера пока нельзя было бы отправить.
