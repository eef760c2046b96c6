## Templates

templates-empty-title = Шаблонов пока нет
templates-empty = Шаблон — это готовый текст: менеджер выбирает его в чате, Salesbot может его отправить.
templates-new = Новый шаблон
templates-name = Название
templates-language = Язык
templates-category = Категория
templates-category-utility = Сервисный
templates-category-marketing = Маркетинговый
templates-category-authentication = Код подтверждения
templates-body = Текст
templates-examples = Примеры значений (их требует WhatsApp)
templates-send-review = Отправить на проверку
templates-review-note = WhatsApp обычно отвечает в течение суток. Пока идёт проверка, шаблон нельзя менять.
templates-reject-reason = Причина от WhatsApp: { $reason }
templates-copy-to-edit = Скопировать и исправить
templates-away = Шаблоны хранятся в { $crm }, список ещё не получен. Он появится здесь, как только ответит { $crm }.
templates-as-of = Список из { $crm } получен { $time }.
templates-col-changed = Изменён
templates-kind = Мессенджер
templates-kind-plain = Любой мессенджер
templates-kind-waba = WhatsApp Business
templates-kind-hint = Шаблоны для официального WhatsApp сначала проверяет WhatsApp.
templates-header = Заголовок
templates-footer = Нижний колонтитул
templates-markers-hint = Нажмите маркер, чтобы вставить его в текст; он заполняется при отправке.
templates-marker-broken = «{ $field }»: маркер не закрыт. Пишите его как {"{{"}contact.name{"}}"}.
templates-marker-unknown = «{ $field }»: маркера { $markers } нет. Выберите маркер над текстом или укажите своё поле по ID: {"{{"}contact.cf.123{"}}"}.
templates-examples-hint = По маркеру на строку: {"{{"}contact.name{"}}"} = Анна. Пропущенные заполним своим примером.
templates-example-missing = «{ $field }»: добавьте для { $markers }. Их требует WhatsApp.
templates-markers = Маркеры
templates-markers-all = Маркеры заполняются при отправке:
templates-markers-own = Своё поле — по ID: {"{{"}contact.cf.123{"}}"}.
templates-example = Пример для { $marker }
templates-preview = Что увидит клиент
templates-preview-empty = Здесь появится ваш текст
templates-button-number = Кнопка { $number }
templates-button-unnamed = «{ $field }»: заполните текст.
templates-button-not-url = «{ $field }»: нужен адрес, например shop.example/order.
marker-contact-first_name = Имя
marker-contact-name = Имя клиента целиком
marker-lead-name = Сделка
marker-lead-id = Номер сделки
marker-lead-price = Бюджет
marker-company-name = Компания
marker-profile-name = Менеджер
marker-current_date = Дата
marker-sample-contact-first_name = Анна
marker-sample-contact-name = Анна Лебедева
marker-sample-lead-name = Дубовый стол
marker-sample-lead-id = 1592
marker-sample-lead-price = 24 900
marker-sample-company-name = Ромашка
marker-sample-profile-name = Мария
marker-sample-current_date = 20.11.2026
templates-buttons = Кнопки
templates-button-text = Текст кнопки
templates-button-url = Ссылка
templates-buttons-hint = Без ссылки текст кнопки вернётся сообщением клиента. Пустые строки не сохраняются.
templates-review = Проверка
templates-review-sent = Шаблон отправлен на проверку.
templates-locked = Шаблон уже у WhatsApp, менять его нельзя. Скопируйте его, исправьте копию и отправьте её на проверку.
templates-file = У шаблона есть файл. Изменить его можно только в { $crm }.
templates-saved = Шаблон «{ $name }» сохранён.
templates-saved-known = Шаблон «{ $name }» сохранён и узнан как одобренный мессенджером: его можно отправлять.
templates-saved-unmatched = Шаблон «{ $name }» сохранён, но пока не узнан как шаблон мессенджера. Что отличается, видно в «Статусах шаблонов».
templates-delete = Удалить шаблон
templates-delete-confirm = Удалить «{ $name }»? Менеджеры и Salesbot в { $crm } больше не смогут его выбрать. Отправленные сообщения останутся.
templates-deleted = Шаблон «{ $name }» удалён.

## Register of reviews

templates-register = Статусы шаблонов
templates-register-lead = Состояние каждого шаблона: у мессенджера, который его проверяет, и в { $crm }.
templates-register-empty = На проверку ещё ничего не отправляли.
templates-col-messenger = В мессенджере
templates-col-crm = В { $crm }
templates-col-waits = Ждёт
templates-quality = качество { $quality }
templates-waits-submit = отправки в мессенджер
templates-waits-review = решения мессенджера
templates-waits-tell = передачи решения в { $crm }
templates-next-try = следующая попытка
templates-again = Попробовать сейчас
templates-again-soon = Паром попробует ещё раз в течение нескольких секунд.
template-stage-waiting = Ещё не отправлен
template-stage-review = На проверке
template-stage-approved = Одобрен
template-stage-rejected = Отклонён
template-stage-paused = Остановлен
template-stage-disabled = Отключён
template-stage-deleted = Удалён
template-reported-nothing = Ещё не сообщено
template-reported-approved = Сообщено: одобрен
template-reported-rejected = Сообщено: отклонён
template-reported-paused = Сообщено: остановлен
template-reported-unasked = { $crm } не просила о проверке
templates-bring = Забрать шаблоны
templates-brought = { $count ->
    [0] Нового нет: всё, что есть с обеих сторон, уже известно.
    [one] Забран { $count } шаблон, его можно отправлять.
    [few] Забраны { $count } шаблона, их можно отправлять.
   *[many] Забрано { $count } шаблонов, их можно отправлять.
}
templates-unmatched = Только у мессенджера
templates-unmatched-lead = У мессенджера эти шаблоны есть, а в { $crm } нет шаблона с тем же именем, языком и текстом. Списки сравниваются каждый день и при каждом сообщении по ещё не известному шаблону.
templates-col-why = Чем отличается
templates-create = Создать в { $crm }
templates-from-messenger = Мессенджер одобрил этот текст с пронумерованными переменными. Поставьте на место каждой маркер { $crm } в том же порядке и больше ничего не меняйте: тогда шаблон можно отправлять сразу.
template-match-language = «{ $template }» в { $crm } на другом языке.
template-match-text = У «{ $template }» в { $crm } другой текст, или переменные идут в другом порядке.
template-match-headline = У «{ $template }» в { $crm } другой заголовок.
template-match-absent = { $crm } не показывает Парому шаблона с таким именем или текстом. Шаблон другой интеграции узнаётся по первому сообщению, созданному по нему.
