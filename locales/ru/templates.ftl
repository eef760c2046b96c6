## Templates

templates-title = Шаблоны сообщений
templates-empty = Шаблон позволяет написать первым и ответить в WhatsApp после 24 часов.
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
