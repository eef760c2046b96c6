# Machine-made: no native has read it yet.

### El camino de vuelta de una venta

nav-sales = Ventas
sales-title = Ventas
sales-lead = Cuando se gana en { $crm } un lead con chat, estos destinos reciben la venta y de dónde vino el cliente. Cada lead se comunica una sola vez, aunque se reabra y se gane de nuevo.
sales-on = Comunicar los leads ganados a este destino
sales-about-webhook = Su propio programa recibe un «lead.won» firmado en la dirección del webhook de Alertas.
sales-about-meta = Una compra de un cliente que llegó por un anuncio a WhatsApp, Messenger o Instagram. Meta acepta ventas de los últimos 7 días.
sales-about-metrica = Una conversión sin conexión de un visitante del chat de su sitio. Metrica la asocia a una visita de los últimos 21 días.
sales-field-dataset_id = ID del conjunto de datos
sales-field-counter_id = Número de la etiqueta
sales-field-goal = ID del objetivo
sales-field-token = Token de acceso
sales-meta-dataset_id-hint = En Meta Events Manager, en la configuración del conjunto de datos.
sales-meta-token-hint = Un token de usuario del sistema con acceso al conjunto de datos.
sales-metrica-counter_id-hint = El número junto al nombre de la etiqueta en Metrica.
sales-metrica-goal-hint = El evento de un objetivo del tipo «Evento JavaScript».
sales-metrica-token-hint = Un token de Yandex ID con derecho a escribir en esta etiqueta.
sales-token-kept = Hay un token guardado. Deje el campo vacío para conservarlo.
sales-last = Las últimas ventas
sales-none = Desde que se activó un destino no se ha ganado en { $crm } ningún lead con chat.
sales-col-lead = Lead
sales-col-won = Ganado
sales-col-price = Valor
sales-col-told = Destinos
sales-again = Enviar de nuevo
sales-again-done = Se envía de nuevo.
sales-preview = Simulación
sales-preview-title = Simulación: las últimas ventas
sales-preview-lead = Lo que recibiría cada destino sobre los últimos leads ganados, como máximo diez. No se envía nada.
sales-preview-failed = { $crm } no devolvió la lista de leads.
sales-preview-none = En los últimos 30 días no se ganó ningún lead con chat.
sales-preview-sent = Se enviaría
sales-preview-skipped = No se enviaría
sales-preview-older = La última venta de «Ventas» se ganó el { $date }; la simulación mira 30 días atrás.
sales-preview-gone = { $crm } ya no muestra como ganados los leads de «Ventas»: quizá se reabrieron o se eliminaron.
sale-target-webhook = Su webhook
sale-target-meta = Meta Conversions API
sale-target-metrica = Yandex Metrica
sale-state-waiting = Aún no aceptado
sale-state-sent = Enviado
sale-state-refused = Rechazado
sale-state-skipped = No enviado
sale-skip-no_origin = Ningún chat de este cliente tiene un ID que el destino conozca.
sale-skip-too_old = Meta no acepta ventas de más de 7 días.
sale-skip-switched_off = El destino se desactivó.
