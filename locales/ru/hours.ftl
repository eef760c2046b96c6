### Часы работы источника и автоответ в нерабочее время

hours-lead = Если клиент пишет в нерабочее время, он получает автоответ — один раз в каждом чате, пока вы не откроетесь снова.
hours-lead-web = В нерабочее время чат показывает автоответ и когда вы вернётесь.
hours-open = Сейчас открыто
hours-closed = Сейчас закрыто, откроется { $time }
hours-closed-long = Сейчас закрыто
hours-when = Когда вы отвечаете
hours-always = Круглосуточно
hours-by-week = По расписанию на неделю
hours-day-off = Выходной
hours-week = Часы работы
hours-week-hint = Если вы закрываетесь после полуночи, укажите время закрытия раньше времени открытия; 00:00 — полночь.
hours-day =
    { $day ->
        [mon] Понедельник
        [tue] Вторник
        [wed] Среда
        [thu] Четверг
        [fri] Пятница
        [sat] Суббота
       *[sun] Воскресенье
    }
hours-from = { $day }, с
hours-until = { $day }, до
hours-add = Добавить перерыв
hours-remove = Убрать
hours-copy = Скопировать на все дни
hours-zone = Часовой пояс
hours-country = Государственные праздники
hours-country-none = Не учитывать
hours-country-AR = Аргентина
hours-country-BR = Бразилия
hours-country-BY = Беларусь
hours-country-CL = Чили
hours-country-CO = Колумбия
hours-country-ES = Испания
hours-country-KZ = Казахстан
hours-country-MX = Мексика
hours-country-RU = Россия
hours-country-US = США
hours-country-UZ = Узбекистан
hours-country-hint = Праздники всей страны, известны до { $year } года. Региональных и тех, чья дата ещё не объявлена, здесь нет — добавьте их ниже.
hours-public = Не работаем
hours-holidays = Другие выходные
hours-holidays-hint = По одному дню или периоду в строке: 01.01.2027, 31.12 - 08.01. Без года — каждый год.
hours-holidays-list-hint = День или период, например 01.01.2027 или 31.12 - 08.01. Без года — каждый год.
hours-add-day = Добавить день
hours-text = Автоответ
hours-text-hint = { "{opens}" } — когда вы откроетесь, { "{holiday}" } — праздник, { "{name}" } — имя клиента. Строка, для которой нет значения, не показывается. Пусто — текст, который виден в поле.
hours-text-hint-web = { "{opens}" } — когда вы откроетесь, { "{holiday}" } — праздник. Строка, для которой нет значения, не показывается. Пусто — текст, который виден в поле.
hours-answer =
    Спасибо за сообщение. Сейчас мы не работаем.
    Ответим { "{opens}" }.
hours-wrong-times = { $day }: укажите, с какого и до какого времени.
hours-wrong-overlap = { $day }: два промежутка пересекаются. Перерыв – это время внутри другого.
hours-wrong-holidays = «{ $field }»: нужны даты вида 01.01.2027 или 31.12, а не «{ $line }».
hours-wrong-zone = «{ $field }»: выберите часовой пояс, например Europe/Moscow.
hours-wrong-empty = «{ $field }»: отметьте дни, в которые работаете, или выберите «Круглосуточно».
