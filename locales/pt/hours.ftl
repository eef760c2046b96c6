# Machine-made: no native has read it yet.

### Horário de uma fonte e resposta automática fora dele

hours-lead = Quando um cliente escreve fora deste horário, recebe a resposta automática: uma vez em cada chat até você abrir de novo.
hours-lead-web = Fora deste horário o chat mostra a resposta automática e quando você volta.
hours-open = Aberto agora
hours-closed = Fechado agora, abre { $time }
hours-closed-long = Fechado agora
hours-when = Quando você atende
hours-always = A qualquer hora
hours-by-week = Com um horário semanal
hours-day-off = Folga
hours-week = Horário de atendimento
hours-week-hint = Se você fecha depois da meia-noite, informe um horário de fechamento anterior ao de abertura; 00:00 é meia-noite.
hours-day =
    { $day ->
        [mon] Segunda-feira
        [tue] Terça-feira
        [wed] Quarta-feira
        [thu] Quinta-feira
        [fri] Sexta-feira
        [sat] Sábado
       *[sun] Domingo
    }
hours-from = { $day }, das
hours-until = { $day }, até
hours-add = Adicionar um intervalo
hours-remove = Remover
hours-copy = Copiar para todos os dias
hours-zone = Fuso horário
hours-country = Feriados
hours-country-none = Nenhum
hours-country-AR = Argentina
hours-country-BR = Brasil
hours-country-BY = Belarus
hours-country-CL = Chile
hours-country-CO = Colômbia
hours-country-ES = Espanha
hours-country-KZ = Cazaquistão
hours-country-MX = México
hours-country-RU = Rússia
hours-country-US = Estados Unidos
hours-country-UZ = Uzbequistão
hours-country-hint = Feriados do país inteiro, conhecidos até { $year }. Faltam os regionais e aqueles cuja data ainda não foi anunciada: adicione-os abaixo.
hours-public = Fechado em
hours-holidays = Outras folgas
hours-holidays-hint = Um dia ou período por linha: 01.01.2027, 31.12 - 08.01. Sem o ano, repete-se todo ano.
hours-holidays-list-hint = Um dia ou período, por exemplo 01.01.2027 ou 31.12 - 08.01. Sem o ano, repete-se todo ano.
hours-add-day = Adicionar um dia
hours-text = Resposta automática
hours-text-hint = { "{opens}" } é quando você abre de novo, { "{holiday}" } o feriado, { "{name}" } o nome do cliente. Uma linha sem valor é omitida. Deixe vazio para usar o texto exibido.
hours-text-hint-web = { "{opens}" } é quando você abre de novo, { "{holiday}" } o feriado. Uma linha sem valor é omitida. Deixe vazio para usar o texto exibido.
hours-answer =
    Obrigado pela mensagem. Estamos fechados agora.
    Responderemos { "{opens}" }.
hours-wrong-times = { $day }: informe a partir de que horas e até que horas.
hours-wrong-overlap = { $day }: dois horários se sobrepõem. Um intervalo é um horário dentro de outro.
hours-wrong-holidays = “{ $field }”: informe datas como 01.01.2027 ou 31.12, não “{ $line }”.
hours-wrong-zone = “{ $field }”: escolha um fuso horário como America/Sao_Paulo.
hours-wrong-empty = “{ $field }”: marque os dias de atendimento ou escolha “A qualquer hora”.
