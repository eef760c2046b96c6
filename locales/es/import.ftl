# Machine-made: no native has read it yet.

## Import

import-empty-title = Aún no hay importaciones
import-empty = Trae los chats anteriores a { $crm } para que los agentes vean todo el historial.
import-new = Importación nueva
import-source = Importar en
import-file = Archivo con mensajes
import-plan = Comprobar archivo
import-plan-none = No hay nada nuevo que importar en este archivo.
import-plan-result =
    { $messages ->
        [one] { $messages } mensaje
       *[other] { $messages } mensajes
    } en { $chats ->
        [one] { $chats } chat
       *[other] { $chats } chats
    }, unos { $duration }.
import-plan-leads =
    { $leads ->
        [0] No aparecerán leads nuevos
        [one] Aparecerá como máximo { $leads } lead nuevo
       *[other] Aparecerán como máximo { $leads } leads nuevos
    } en “{ $pipeline }”: uno por cada chat nuevo en el que el cliente escribió el último.
import-plan-notices = Una notificación por chat
import-24h-note = Una tarjeta muestra el historial desde 24 horas antes de crearse el lead. Los mensajes más antiguos quedan en el chat, pero no se muestran en un lead nuevo.
import-start =
    { $messages ->
        [one] Importar { $messages } mensaje
       *[other] Importar { $messages } mensajes
    }
import-progress = { $done } de { $total }, faltan unos { $duration }
import-gives-way = Más lento: los mensajes actuales van primero.
import-pause = Pausar importación
import-resume = Continuar importación
import-cancel-confirm =
    ¿Detener aquí? { $done ->
        [one] { $done } mensaje importado queda
       *[other] { $done } mensajes importados quedan
    } en { $crm }.
import-finished =
    { $done ->
        [one] { $done } mensaje importado
       *[other] { $done } mensajes importados
    }, { $skipped } omitidos.
import-download-skipped = Descargar las líneas omitidas
import-leads =
    { $leads ->
        [0] No aparecerán leads nuevos.
        [one] Como máximo aparecerá { $leads } lead nuevo.
       *[other] Como máximo aparecerán { $leads } leads nuevos.
    }
import-leads-which = Leads y avisos
import-leads-newest = Uno por chat (último mensaje)
import-leads-none = Ninguno: todo llega en silencio
import-col-file = Archivo
import-col-progress = Importado
import-col-made = Creada
import-col-line = Línea
import-skip-more = y { $count } más
import-many-skipped = El { $percent } % de las filas no se puede importar. Mira los motivos abajo y corrige primero el archivo.
import-of = { $done } de { $total }
import-no-source = Agrega primero una fuente: los mensajes anteriores se importan en ella.
import-file-hint = Una tabla (.xlsx o CSV, con cualquier columna), un objeto JSON por línea o una exportación de Telegram Desktop, WhatsApp o Chatwoot. Como máximo { $size }.
import-sample = Descargar un ejemplo:
import-fields = Columnas del archivo
import-fields-says = CSV y JSON usan los mismos campos; en JSON, un punto significa un objeto anidado. La documentación de la API enumera todos los campos de un mensaje.
import-field = Columna
import-field-means = Significado
import-field-required = obligatorio
import-field-id = Tu ID del mensaje; un mismo ID no se importa dos veces
import-field-conversation-id = Tu ID del chat
import-field-sender-role = client para el cliente, manager para tu lado
import-field-sender-id = Tu ID del remitente
import-field-sender-name = El nombre del remitente
import-field-sender-phone = El teléfono del cliente, para vincular el chat a un contacto
import-field-receiver-id = El ID del cliente, en mensajes de agentes
import-field-sent-at = Cuándo se envió, por ejemplo 2025-03-01T09:30:00Z
import-field-content-type = text, picture, video, file, voice, audio, sticker, location o contact
import-field-content-text = El texto
import-field-content-media-url = Un enlace donde Parom puede descargar el archivo
import-link-note = Los chats no se vincularán a contactos que ya existen en { $crm }. Para vincularlos, agrega el archivo de nuevo con “Vincular chats nuevos a contactos existentes” o configúralo en la fuente.
import-link-open = Opciones de la fuente
import-link = Vincular chats nuevos a contactos existentes
import-link-hint = Por el teléfono o el correo del cliente, si el archivo los tiene. Si no hay coincidencia, { $crm } crea un contacto como siempre.
import-other-file = Otro archivo
import-counted-gone = El archivo solo se comprobó y ya no se guarda. Agrégalo de nuevo para importarlo.
import-cancel = Detener importación
import-started = La importación sigue en segundo plano. Puedes salir de esta página.
import-paused = La importación está pausada.
import-resumed = La importación continúa.
import-cancelled = La importación está detenida.
import-skipped-lines =
    { $count ->
        [one] Se omite { $count } línea
       *[other] Se omiten { $count } líneas
    }
import-duplicates =
    { $count ->
        [one] { $count } ya había llegado antes y no se envió de nuevo.
       *[other] { $count } ya habían llegado antes y no se enviaron de nuevo.
    }
import-plan-duplicates =
    { $count ->
        [one] { $count } más ya está en su chat y no se enviará de nuevo.
       *[other] { $count } más ya están en sus chats y no se enviarán de nuevo.
    }
import-chats = Qué se verá y dónde
import-chat =
    { $name }: { $messages ->
        [one] { $messages } mensaje
       *[other] { $messages } mensajes
    }, { $first } – { $last }, { $place }
import-chat-new = en un chat nuevo
import-chat-known = en el chat que ya existe
import-export = Una exportación de otro servicio
import-export-says = Completa lo que la exportación no dice. Telegram Desktop y Chatwoot lo dicen todo.
import-we = Tu nombre en la exportación
import-phone = El teléfono del cliente
import-phone-hint = Si el chat de WhatsApp es con un contacto guardado y la exportación tiene un nombre en lugar del número.
import-dates = Fechas
import-dates-auto = Como muestra el archivo
import-dates-day_first = Primero el día
import-dates-month_first = Primero el mes
import-zone = Zona horaria
import-zone-hint = Por ejemplo, Europe/Moscow. Por defecto, la de la cuenta.
import-history-title = Mensajes anteriores
import-history-about = Importa los chats de los últimos { $days } días de { $messenger }. Llegan en silencio, sin leads, notificaciones ni marcas de no leído, y nada se repite.
import-history-begin = Importar los últimos { $days } días
import-history-again = Importar de nuevo los últimos { $days } días
import-history-origin = De la app de mensajería, { $days } días
import-history-reading =
    { $messages ->
        [one] Leyendo de { $messenger }: { $messages } mensaje hasta ahora
       *[other] Leyendo de { $messenger }: { $messages } mensajes hasta ahora
    }
import-history-none = No hubo mensajes en los { $days } días anteriores a conectar la fuente.
import-columns = Qué significan las columnas
import-columns-says = Comprueba lo que se ha deducido. Nada llega a { $crm } hasta que inicies la importación.
import-columns-open = Falta elegir:
import-column-values = En el archivo
import-column-none = No se importa
import-column-sent_at = Fecha y hora
import-column-time = Hora, si va aparte
import-column-text = Texto
import-column-sender = Quién escribió
import-column-name = Nombre del cliente
import-column-phone = Teléfono del cliente
import-column-email = Correo del cliente
import-column-manager = Nombre del agente
import-column-file = Enlace a un archivo
import-column-chat = ID del chat
import-column-id = ID del mensaje
import-side = Tu lado en «Quién escribió»
import-side-hint = Valores que indican que escribiste tú, separados por comas. Los demás son del cliente.
import-dates-means = «{ $written }» es el { $date }
import-dates-choose = Elige
import-preview = Los primeros mensajes
import-preview-again = Mostrar los primeros mensajes
import-preview-row = Línea { $line }
import-preview-skipped = Se omite: { $reason }
import-preview-file = Archivo: { $name }
import-discard = Descartar archivo
import-discarded = El archivo se ha eliminado.
import-columns-change = Cambiar columnas
import-no-undo = Una importación no se puede deshacer: { $crm } no permite borrar mensajes. Mientras está en marcha, puedes detenerla.
