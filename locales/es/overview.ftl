# Machine-made: no native has read it yet.

## Overview: health and ledger

health-all-good =
    { $count ->
        [1] La fuente funciona
        [2] Las dos fuentes funcionan
       *[other] Las { $count } fuentes funcionan
    }.
health-some-bad =
    { $bad ->
        [one] { $bad } fuente requiere atención
       *[other] { $bad } fuentes requieren atención
    }.
health-some =
    { $count ->
        [one] { $count } problema requiere atención
       *[other] { $count } problemas requieren atención
    }.
health-late =
    { $count ->
        [one] { $count } mensaje espera hace más de { $delay }
       *[other] { $count } mensajes esperan hace más de { $delay }
    }.
health-stopped = { $cause }: los mensajes esperan
health-stopped-source = { $name }: los mensajes están detenidos
health-access-refused =
    { $messenger } ya no acepta el acceso guardado. Las respuestas se conservan y saldrán cuando vuelvas a conectar: { $count ->
        [one] { $count } espera
       *[other] { $count } esperan
    }.
health-stopped-sources =
    { $count ->
        [one] { $count } fuente
       *[other] { $count } fuentes
    }: los mensajes están detenidos
health-more =
    { $count ->
        [one] { $count } problema más
       *[other] { $count } problemas más
    }
health-our-side = De la recepción al primer intento, el 5 % más lento: más de { $delay }
health-oldest-waiting = Espera más larga: { $delay }
health-nothing-waiting = Nada está esperando
health-over = { $side } no respondió de { $from } a { $until }, unos { $delay }. Ya responde.
health-next = Próximo intento a las { $clock }.
ledger-title = Todos los mensajes, contados
ledger-figure-accepted = { $count } aceptados
ledger-figure-delivered = { $count } entregados
ledger-figure-failed = { $count } fallidos
ledger-figure-waiting = { $count } en espera
ledger-balanced = Cuadra · comprobado { $time }
ledger-gap = Las cifras difieren en { $gap }. Soporte ya lo sabe; no tienes que hacer nada.
ledger-empty = No hay mensajes en este período.
health-no-data = Sin solicitudes
ledger-direction-to_crm = De los clientes
ledger-direction-to_messenger = A los clientes
overview-sides = Solicitudes desde { $time }
overview-side = Conexión
overview-side-usual = Respuesta habitual
overview-side-slow = El 5 % más lento, desde
overview-side-errors = Errores
overview-side-received = Mensajes recibidos
overview-period = Período
overview-period-today = 24 horas
overview-period-7 = 7 días
overview-period-30 = 30 días
overview-days = Mensajes por día
overview-table = Mostrar como tabla
overview-day = Día
overview-failed = No entregados
health-side-failing = { $side }: { $failed } de { $all } solicitudes desde { $time } fallaron ({ $percent } %).
health-side-failed-last = La última falla fue { $time }.
health-undelivered =
    { $count ->
        [one] No se entregó { $count } mensaje
       *[other] No se entregaron { $count } mensajes
    }.
health-waiting-sources =
    { $count ->
        [one] Fuente afectada:
       *[other] Fuentes afectadas:
    }

## The figures of 24 hours, and the chart

overview-last-day = Últimas 24 horas
overview-hours = Mensajes por hora
overview-hour = Hora
overview-times = Entrega: habitual / lenta
overview-last-message = Último mensaje
overview-sources-caption = Fuentes: estado, mensajes ({ $period }), tiempo de entrega en 24 horas, último mensaje
overview-deleted-sources = Fuentes eliminadas
ledger-days = Desde { $stamp }
chart-values = { $when }: { $came } de clientes, { $went } a clientes, { $failed } no entregados
chart-alt-hours = Mensajes por hora: { $came } de clientes, { $went } a clientes, { $failed } no entregados. Máximo en una hora: { $most }, desde { $when }.
chart-alt-days = Mensajes por día: { $came } de clientes, { $went } a clientes, { $failed } no entregados. Máximo en un día: { $most }, el { $when }.
figure-messages = Mensajes, últimas 24 horas
figure-messages-usual = { $count } al día en promedio esta semana
figure-messages-first = Aún sin promedio: es la primera semana
figure-delivered = Entregados, últimas 24 horas
figure-delivered-goal = Meta: { $percent } % o más
figure-delivered-overdue =
    { $count ->
        [one] { $count } espera hace más de { $delay } y cuenta como no entregado
       *[other] { $count } esperan hace más de { $delay } y cuentan como no entregados
    }
figure-time = Tiempo de entrega, últimas 24 horas
figure-time-goal = 95 de cada 100 llegan en este tiempo. Meta: { $delay } o menos
figure-undelivered = No entregados, en total
figure-waiting = { $count } en espera, el más antiguo { $delay }
figure-spark = { $figure }, por hora: de { $least } a { $most }

## First steps

start-title = Primeros pasos
start-done = { $done } de { $all } listos
start-connect = Conectar { $crm }
start-connect-todo = Parom no tiene acceso a la cuenta ahora. La página de la cuenta explica qué hacer.
start-source = Agregar una fuente
start-source-todo = Conecta una app de mensajería o pon un chat en tu sitio.
start-message = Enviar un mensaje de prueba
start-message-todo = Escribe a la fuente como cliente: el mensaje aparece en { $crm }.
start-team = Invitar a un colega
start-team-todo = Entre dos se nota antes un problema.
start-alerts = Activar las alertas por correo
start-alerts-todo = Agrega una dirección para enterarte de los problemas antes que tus clientes.
