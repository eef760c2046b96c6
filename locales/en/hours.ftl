### Working hours of a source, and the automatic answer outside of them

hours-lead = When a customer writes outside these hours, they get the automatic answer: once in each chat until you open again.
hours-lead-web = Outside these hours the chat shows the automatic answer, and when you are back.
hours-open = Open now
hours-closed = Closed now, opens { $time }
hours-closed-long = Closed now
hours-when = When you answer
hours-always = Around the clock
hours-by-week = On a weekly schedule
hours-day-off = Day off
hours-week = Working hours
hours-week-hint = If you close after midnight, enter a closing time before the opening time; 00:00 is midnight.
hours-day =
    { $day ->
        [mon] Monday
        [tue] Tuesday
        [wed] Wednesday
        [thu] Thursday
        [fri] Friday
        [sat] Saturday
       *[sun] Sunday
    }
hours-from = { $day }, from
hours-until = { $day }, until
hours-add = Add a break
hours-remove = Remove
hours-copy = Copy to all days
hours-zone = Time zone
hours-country = Public holidays
hours-country-none = None
hours-country-AR = Argentina
hours-country-BR = Brazil
hours-country-BY = Belarus
hours-country-CL = Chile
hours-country-CO = Colombia
hours-country-ES = Spain
hours-country-KZ = Kazakhstan
hours-country-MX = Mexico
hours-country-RU = Russia
hours-country-US = United States
hours-country-UZ = Uzbekistan
hours-country-hint = Holidays of the whole country, known until { $year }. Regional ones and those whose day is not announced yet are missing: add them below.
hours-public = Closed on
hours-holidays = Other days off
hours-holidays-hint = One day or range per line: 2027-01-01, 12-31 - 01-08. Without a year, it repeats every year.
hours-holidays-list-hint = A day or a range, such as 2027-01-01 or 12-31 - 01-08. Without a year, it repeats every year.
hours-add-day = Add a day
hours-text = Automatic answer
hours-text-hint = { "{opens}" } is when you open again, { "{holiday}" } the public holiday, { "{name}" } the customer’s name. A line is left out if there is nothing to fill in. Leave empty for the text shown.
hours-text-hint-web = { "{opens}" } is when you open again, { "{holiday}" } the public holiday. A line is left out if there is nothing to fill in. Leave empty for the text shown.
hours-answer =
    Thank you for your message. We are closed right now.
    We will answer { "{opens}" }.
hours-wrong-times = { $day }: enter from when and until when.
hours-wrong-overlap = { $day }: two times overlap. A break is a time within another.
hours-wrong-holidays = “{ $field }”: enter dates like 2027-01-01 or 12-31, not “{ $line }”.
hours-wrong-zone = “{ $field }”: choose a time zone like Europe/Moscow.
hours-wrong-empty = “{ $field }”: tick the days on which you work, or choose “Around the clock”.
