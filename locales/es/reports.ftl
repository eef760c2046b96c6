# Machine-made: no native has read it yet.

## Reports: messages, first answers, chats without an answer

reports-cut = Solo se cuentan los últimos { $count } mensajes, desde { $stamp }. Elige una fuente o menos días.
reports-too-long = Un informe abarca { $days } días como máximo. Se muestran los últimos días de tu período.
reports-first-answer = Primera respuesta, normalmente
reports-first-answer-note =
    { $count ->
        [one] { $count } respuesta, el 5 % más lento en más de { $most }
       *[other] { $count } respuestas, el 5 % más lento en más de { $most }
    }
reports-no-answers = Sin respuestas en este período
reports-unanswered = Chats sin respuesta
reports-unanswered-title =
    { $count ->
        [0] Chats sin respuesta
       *[other] Chats sin respuesta: { $count }
    }
reports-unanswered-longest = El más largo: { $delay }
reports-unanswered-more = Se muestran los { $count } chats que más esperan. El resto está en el archivo.
reports-all-answered = Todos los clientes recibieron respuesta.
reports-by-source = Mensajes por fuente
reports-by-manager = Mensajes por agente
reports-manager-unknown = Usuario desconocido { $id }
reports-manager-erased = El remitente ya no se guarda
reports-no-managers = No se enviaron mensajes a clientes desde { $crm } en este período.
reports-col-answer = Primera respuesta: habitual / lenta
reports-col-since = El cliente escribió
reports-col-waits = Espera desde hace
reports-hours-alt = Mensajes por hora del día. Máximo en una hora: { $most }, desde { $when }.
reports-week = Cuándo escriben los clientes
reports-weekday =
    { $day ->
        [0] lun
        [1] mar
        [2] mié
        [3] jue
        [4] vie
        [5] sáb
       *[6] dom
    }
reports-download = Descargar como CSV
reports-file-sources = Por fuente
reports-file-managers = Por agente
reports-file-hours = Por hora
reports-file-unanswered = Chats sin respuesta
reports-how = Los días y las horas son de la zona horaria de la cuenta. Un cliente espera desde el primer mensaje sin respuesta hasta que responde un usuario de { $crm }; las respuestas de bots no cuentan.
