# Machine-made: no native has read it yet.

### Horario de una fuente y respuesta automática fuera de él

hours-lead = Cuando un cliente escribe fuera de este horario, recibe la respuesta automática: una vez en cada chat hasta que abras de nuevo.
hours-lead-web = Fuera de este horario el chat muestra la respuesta automática y cuándo vuelves.
hours-open = Abierto ahora
hours-closed = Cerrado ahora, abre { $time }
hours-closed-long = Cerrado ahora
hours-when = Cuándo atiendes
hours-always = A toda hora
hours-by-week = Con un horario semanal
hours-day-off = Día libre
hours-week = Horario de atención
hours-week-hint = Si cierras después de medianoche, escribe una hora de cierre anterior a la de apertura; 00:00 es medianoche.
hours-day =
    { $day ->
        [mon] Lunes
        [tue] Martes
        [wed] Miércoles
        [thu] Jueves
        [fri] Viernes
        [sat] Sábado
       *[sun] Domingo
    }
hours-from = { $day }, desde
hours-until = { $day }, hasta
hours-add = Agregar una pausa
hours-remove = Quitar
hours-copy = Copiar a todos los días
hours-zone = Zona horaria
hours-country = Feriados
hours-country-none = Ninguno
hours-country-AR = Argentina
hours-country-BR = Brasil
hours-country-BY = Bielorrusia
hours-country-CL = Chile
hours-country-CO = Colombia
hours-country-ES = España
hours-country-KZ = Kazajistán
hours-country-MX = México
hours-country-RU = Rusia
hours-country-US = Estados Unidos
hours-country-UZ = Uzbekistán
hours-country-hint = Feriados de todo el país, conocidos hasta { $year }. Faltan los regionales y aquellos cuya fecha aún no se anunció: añádelos abajo.
hours-public = Cerrado en
hours-holidays = Otros días libres
hours-holidays-hint = Un día o período por línea: 01.01.2027, 31.12 - 08.01. Sin año, se repite cada año.
hours-holidays-list-hint = Un día o período, por ejemplo 01.01.2027 o 31.12 - 08.01. Sin año, se repite cada año.
hours-add-day = Agregar un día
hours-text = Respuesta automática
hours-text-hint = { "{opens}" } es cuándo abres de nuevo, { "{holiday}" } el feriado, { "{name}" } el nombre del cliente. Una línea sin valor se omite. Déjalo vacío para usar el texto que se ve.
hours-text-hint-web = { "{opens}" } es cuándo abres de nuevo, { "{holiday}" } el feriado. Una línea sin valor se omite. Déjalo vacío para usar el texto que se ve.
hours-answer =
    Gracias por tu mensaje. Ahora estamos cerrados.
    Responderemos { "{opens}" }.
hours-wrong-times = { $day }: escribe desde qué hora y hasta qué hora.
hours-wrong-overlap = { $day }: dos horarios se superponen. Una pausa es un horario dentro de otro.
hours-wrong-holidays = “{ $field }”: escribe fechas como 01.01.2027 o 31.12, no “{ $line }”.
hours-wrong-zone = “{ $field }”: elige una zona horaria como America/Bogota.
hours-wrong-empty = “{ $field }”: marca los días en que atiendes o elige “A toda hora”.
