# Machine-made: no native has read it yet.

## Undelivered

undelivered-empty = Ningún mensaje espera aquí una decisión.
undelivered-empty-title = Nada que enviar de nuevo
undelivered-failed-later =
    { $count ->
        [one] { $count } mensaje falló después de que la app de mensajería lo aceptó
       *[other] { $count } mensajes fallaron después de que la app de mensajería los aceptó
    }
undelivered-failed-later-hint = Parom no puede enviarlos de nuevo: escribe otra vez a los clientes o usa otra app de mensajería.
undelivered-intro = Parom ya no intenta entregar estos mensajes.
undelivered-intro-again = Envíalos de nuevo o quítalos.
undelivered-count =
    { $count ->
        [one] { $count } no entregado
       *[other] { $count } no entregados
    }
undelivered-others =
    { $count ->
        [one] y { $count } edición, estado o reacción
       *[other] y { $count } ediciones, estados o reacciones
    }
undelivered-retry-selected =
    { $count ->
        [one] Enviar { $count } de nuevo
       *[other] Enviar { $count } de nuevo
    }
undelivered-retry-confirm =
    ¿Enviar de nuevo { $count ->
        [one] { $count } mensaje
       *[other] { $count } mensajes
    }, en el orden de los chats? { $maybe ->
        [0] Ninguno puede llegar dos veces
        [one] { $maybe } puede llegar dos veces
       *[other] { $maybe } pueden llegar dos veces
    }.
undelivered-drop-selected =
    { $count ->
        [one] Quitar { $count }
       *[other] Quitar { $count }
    }
undelivered-by-reason = Por motivo
undelivered-col-reason = Motivo
undelivered-all = Seleccionar todos los del filtro
undelivered-choose = Seleccionar
undelivered-choose-one = Seleccionar: { $name }
undelivered-retry-chosen = Enviar de nuevo los seleccionados
undelivered-drop-chosen = Quitar los seleccionados
undelivered-csv = Descargar CSV
undelivered-none-chosen = No hay nada seleccionado. Selecciona filas o “Seleccionar todos los del filtro”.
undelivered-retry-title = ¿Enviar de nuevo?
undelivered-drop-title = ¿Quitar de “No entregados”?
undelivered-drop-confirm =
    { $count ->
        [one] { $count } mensaje no se entregará y no se podrá
       *[other] { $count } mensajes no se entregarán y no se podrán
    } enviar de nuevo desde aquí. En { $crm } no cambia nada.
undelivered-rate = { $rate } por segundo, en segundo plano. Puedes detenerlo en cualquier momento.
undelivered-retrying = Enviando de nuevo: { $done } de { $total }
undelivered-dropping = Quitando: { $done } de { $total }
undelivered-stop = Detener
undelivered-stopped = Detenido. El resto queda sin entregar.
undelivered-over = Ya terminó.
undelivered-retried =
    { $count ->
        [0] No quedaba nada que enviar de nuevo.
        [one] { $count } mensaje está de nuevo en cola.
       *[other] { $count } mensajes están de nuevo en cola.
    }
undelivered-dropped =
    { $count ->
        [0] No quedaba nada que quitar.
        [one] Se quitó { $count } mensaje.
       *[other] Se quitaron { $count } mensajes.
    }
undelivered-retry-again =
    { $count ->
        [one] Tal como está, { $count } de ellos fallará de nuevo
       *[other] Tal como está, { $count } de ellos fallarán de nuevo
    }: { $reasons }.
undelivered-outcome =
    Enviados de nuevo { $time }: { $delivered } entregados, { $failed } fallidos otra vez{ $waiting ->
        [0] .
       *[other] , { $waiting } aún en espera.
    }
