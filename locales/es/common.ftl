# Machine-made: no native has read it yet.

## Common words and buttons

common-save = Guardar
common-cancel = Cancelar
common-back = Atrás
common-next = Continuar
common-copy = Copiar
common-edit = Editar
common-not-done = Aún no hecho
common-copied = Copiado
common-file-choose = Elige un archivo
common-file-drop = o suéltalo aquí
common-any-day = Cualquier día
common-details = Detalles
common-try-again = Intentar de nuevo
common-refresh = Actualizar
common-older = Anteriores
common-newer = Más recientes
common-filter = Aplicar filtro
common-filter-clear = Quitar filtro
common-must = Los campos marcados con * son obligatorios.
common-loading = Cargando…
common-live = Actualización automática · { $stamp }
common-as-of = Actualizado: { $stamp }
common-live-lost = Sin conexión con Parom. Ves los datos de { $stamp }.
common-saved = Guardado.
common-not-saved =
    No se guardó: { $errors ->
        [one] corrige un campo
       *[other] corrige { $errors } campos
    }.
common-secret-set = Guardado, termina en { $last4 }. Déjalo vacío para conservarlo.
common-secret-once = Cópialo ahora: no se mostrará de nuevo.
common-skip = Ir al contenido
common-help = Ayuda
common-contact-support = Escribir a soporte
common-support-number = Referencia para soporte: { $request_id }
common-total =
    { $count ->
        [one] { $count } mensaje
       *[other] { $count } mensajes
    }

## Navigation

nav-overview = Resumen
nav-sources = Fuentes
nav-messages = Mensajes
nav-undelivered = No entregados
nav-reports = Informes
nav-import = Importación
nav-templates = Plantillas
nav-keys = Claves y webhooks
nav-team = Equipo
nav-audit = Registro de auditoría
nav-data = Tus datos
nav-account = Cuenta de { $crm }
nav-sign-out = Cerrar sesión

## Time

time-now = ahora mismo
time-within-minute = en menos de un minuto
time-minutes-ago =
    { $count ->
        [one] hace { $count } minuto
       *[other] hace { $count } minutos
    }
time-in-minutes =
    { $count ->
        [one] en { $count } minuto
       *[other] en { $count } minutos
    }
time-today-at = hoy a las { $clock }
time-yesterday-at = ayer a las { $clock }
time-days-left =
    { $count ->
        [one] queda { $count } día
       *[other] quedan { $count } días
    }
time-tomorrow-at = mañana a las { $clock }
time-month =
    { $month ->
        [1] ene
        [2] feb
        [3] mar
        [4] abr
        [5] may
        [6] jun
        [7] jul
        [8] ago
        [9] sep
        [10] oct
        [11] nov
       *[12] dic
    }
time-day = { $day } { $month }
time-day-year = { $day } { $month } { $year }
time-day-at = { $date } a las { $clock }
time-day-stamp = { $date }, { $clock }
time-span-milliseconds = { $count } ms
time-span-seconds = { $count } s
time-span-minutes = { $count } min
time-span-hours = { $count } h
time-span-days = { $count } d
common-error-mark = Error:
common-text-hidden = El texto está oculto
common-actions = Acciones
common-on = Activado
common-done = Listo
common-pages = Páginas
common-close = Cerrar
common-new-tab = (se abre en una pestaña nueva)
common-since = desde
common-number = { $number }
common-percent = { $percent } %
common-language = Idioma
common-machine-made = Traducción automática; ningún hablante nativo la ha leído aún
nav-label = Secciones
nav-menu = Menú
nav-conversations = Chats
nav-count-alerts =
    { $count ->
        [one] { $count } alerta abierta
       *[other] { $count } alertas abiertas
    }
nav-count-undelivered =
    { $count ->
        [one] { $count } mensaje no entregado
       *[other] { $count } mensajes no entregados
    }

## Keys

palette-open = Buscar
palette-label = Página, opción, teléfono, nombre, ID de mensaje o de chat
palette-search = Buscar en los mensajes:
palette-none = No hay nada con ese nombre. Aquí se buscan páginas, ajustes, fuentes, clientes por nombre o teléfono y mensajes por ID.
palette-page = página
palette-source = fuente
palette-setting = ajuste
palette-message = mensaje
palette-chat = chat
palette-keys = Presiona “/” para buscar, “j” y “k” para recorrer una lista.
palette-keys-off = Desactivar los atajos de una tecla
palette-keys-on = Activar los atajos de una tecla
palette-customer = cliente
nav-group-work = Trabajo
nav-group-setup = Configuración
nav-group-account = Cuenta
nav-alerts = Alertas
