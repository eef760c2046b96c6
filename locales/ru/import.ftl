## Import

import-title = Импорт истории
import-empty = Перенесите прежние сообщения в { $crm }, чтобы менеджеры видели, с чего всё началось.
import-new = Новый импорт
import-source = В какой источник
import-file = Файл с сообщениями (по одному JSON в строке)
import-period = Только сообщения с даты
import-plan = Посчитать без записи
import-plan-result =
    { $messages ->
        [one] { $messages } сообщение
        [few] { $messages } сообщения
        [many] { $messages } сообщений
       *[other] { $messages } сообщения
    } в { $chats ->
        [one] { $chats } чате
        [few] { $chats } чатах
        [many] { $chats } чатах
       *[other] { $chats } чата
    }, примерно { $duration }.
import-plan-leads =
    { $leads ->
        [0] Новых сделок не появится
        [one] Появится { $leads } новая сделка
        [few] Появятся { $leads } новые сделки
        [many] Появятся { $leads } новых сделок
       *[other] Появятся { $leads } новой сделки
    } в воронке «{ $pipeline }».
import-plan-notices = Менеджеры получат одно уведомление на чат, только о последнем сообщении.
import-plan-skips =
    { $count ->
        [one] { $count } строка будет пропущена
        [few] { $count } строки будут пропущены
        [many] { $count } строк будут пропущены
       *[other] { $count } строки будут пропущены
    }: { $reason }
import-24h-note = Карточка показывает историю за 24 часа до создания сделки. Более старое хранится в чате, но в новой сделке не видно.
import-start =
    { $messages ->
        [one] Импортировать { $messages } сообщение
        [few] Импортировать { $messages } сообщения
        [many] Импортировать { $messages } сообщений
       *[other] Импортировать { $messages } сообщения
    }
import-progress = { $done } из { $total }, осталось примерно { $duration }
import-gives-way = Идёт медленнее: сначала живые сообщения.
import-pause = Поставить импорт на паузу
import-resume = Продолжить импорт
import-cancel-confirm =
    Остановить? { $done ->
        [one] { $done } импортированное сообщение останется
        [few] { $done } импортированных сообщения останутся
        [many] { $done } импортированных сообщений останутся
       *[other] { $done } импортированного сообщения останутся
    } в { $crm }.
import-finished =
    { $done ->
        [one] Импортировано { $done } сообщение
        [few] Импортировано { $done } сообщения
        [many] Импортировано { $done } сообщений
       *[other] Импортировано { $done } сообщения
    }, пропущено: { $skipped }.
import-download-skipped = Скачать пропущенные строки
