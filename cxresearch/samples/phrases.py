"""Sentences from which the comments and letters of the example are put together, by language."""

from __future__ import annotations

from collections.abc import Mapping

Phrases = Mapping[str, tuple[str, ...]]

_EN: Phrases = {
    "late": (
        "The parcel came two days after the promised date.",
        "Deliveries have been late far too often.",
        "We waited all morning and nobody came.",
        "Another delay, and our customer had to wait.",
    ),
    "damaged": (
        "One box arrived crushed and the goods inside were broken.",
        "Two items were missing from the delivery.",
        "The equipment was scratched when we unpacked it.",
        "The carton was torn and half of it was wet.",
    ),
    "slow_answer": (
        "It took a week to get an answer.",
        "Nobody calls back when they say they will.",
        "I was on hold for half an hour.",
        "My e-mail is still unanswered.",
    ),
    "price": (
        "The prices have gone up too much.",
        "It is getting expensive for what we receive.",
        "Others offer the same for less money.",
        "The surcharges are hard to justify.",
    ),
    "invoice": (
        "The invoice was wrong again.",
        "I cannot make sense of the invoices.",
        "We were billed twice for the same order.",
        "The invoice does not match the delivery note.",
    ),
    "friendly": (
        "Your people are always friendly.",
        "The driver was very kind and helped us carry everything in.",
        "A pleasure to deal with the staff at the counter.",
        "The lady on the phone was polite and knew her job.",
    ),
    "dependable": (
        "Everything arrives just as agreed.",
        "We can rely on you, year after year.",
        "Never a problem so far, very dependable.",
        "You keep your word, and that is what matters.",
    ),
    "tracking": (
        "I like being able to see where my parcel is.",
        "Tracking works well and saves us calls.",
        "The tracking page is clear and up to date.",
        "Good that we get a message before the driver comes.",
    ),
}
_ES: Phrases = {
    "late": (
        "El paquete llegó dos días después de la fecha prometida.",
        "Las entregas se retrasan con demasiada frecuencia.",
        "Esperamos toda la mañana y no vino nadie.",
        "Otro retraso más, y nuestro cliente tuvo que esperar.",
    ),
    "damaged": (
        "Una caja llegó aplastada y el contenido estaba roto.",
        "Faltaban dos artículos en la entrega.",
        "El equipo tenía arañazos cuando lo desembalamos.",
        "El cartón venía roto y la mitad estaba mojada.",
    ),
    "slow_answer": (
        "Tardaron una semana en contestar.",
        "Nadie devuelve la llamada cuando lo promete.",
        "Estuve media hora en espera al teléfono.",
        "Mi correo sigue sin respuesta.",
    ),
    "price": (
        "Los precios han subido demasiado.",
        "Resulta caro para lo que recibimos.",
        "Otros ofrecen lo mismo por menos dinero.",
        "Los recargos son difíciles de justificar.",
    ),
    "invoice": (
        "La factura estaba mal otra vez.",
        "No hay quien entienda las facturas.",
        "Nos cobraron dos veces el mismo pedido.",
        "La factura no coincide con el albarán.",
    ),
    "friendly": (
        "El personal siempre es muy amable.",
        "El conductor fue muy atento y nos ayudó a meterlo todo.",
        "Da gusto tratar con la gente del mostrador.",
        "La señora que me atendió fue educada y sabía de lo que hablaba.",
    ),
    "dependable": (
        "Todo llega tal como se acordó.",
        "Podemos confiar en ustedes, año tras año.",
        "Nunca hemos tenido problemas, son muy cumplidores.",
        "Cumplen su palabra, y eso es lo que importa.",
    ),
    "tracking": (
        "Me gusta poder ver dónde está mi paquete.",
        "El seguimiento funciona bien y nos ahorra llamadas.",
        "La página de seguimiento es clara y está al día.",
        "Está bien que avisen antes de que llegue el conductor.",
    ),
}
_SL: Phrases = {
    "late": (
        "Paket je prišel dva dni po obljubljenem datumu.",
        "Dostave prepogosto zamujajo.",
        "Čakali smo celo dopoldne, pa ni bilo nikogar.",
        "Spet zamuda in naša stranka je morala čakati.",
    ),
    "damaged": (
        "Ena škatla je prispela zmečkana, vsebina pa razbita.",
        "V pošiljki sta manjkala dva izdelka.",
        "Oprema je bila popraskana, ko smo jo razpakirali.",
        "Karton je bil raztrgan in na pol moker.",
    ),
    "slow_answer": (
        "Na odgovor smo čakali cel teden.",
        "Nihče ne pokliče nazaj, čeprav obljubijo.",
        "Na telefonu sem čakal pol ure.",
        "Na moje sporočilo še vedno ni odgovora.",
    ),
    "price": (
        "Cene so se preveč zvišale.",
        "Za to, kar dobimo, je postalo drago.",
        "Drugi ponujajo isto za manj denarja.",
        "Dodatke k ceni je težko upravičiti.",
    ),
    "invoice": (
        "Račun je bil spet napačen.",
        "Računov ne razumem.",
        "Za isto naročilo so nam zaračunali dvakrat.",
        "Račun se ne ujema z dobavnico.",
    ),
    "friendly": (
        "Zaposleni so vedno prijazni.",
        "Voznik je bil zelo ustrežljiv in nam je pomagal vse znositi noter.",
        "Z osebjem pri okencu je prijetno sodelovati.",
        "Gospa na telefonu je bila vljudna in je poznala svoje delo.",
    ),
    "dependable": (
        "Vse prispe natanko po dogovoru.",
        "Na vas se lahko zanesemo iz leta v leto.",
        "Doslej nobenih težav, zelo zanesljivi.",
        "Držite besedo in to je najpomembnejše.",
    ),
    "tracking": (
        "Všeč mi je, da vidim, kje je moj paket.",
        "Sledenje dobro deluje in nam prihrani klice.",
        "Stran za sledenje je pregledna in ažurna.",
        "Dobro je, da nas obvestite, preden pride voznik.",
    ),
}
_RU: Phrases = {
    "late": (
        "Посылка пришла на два дня позже обещанного срока.",
        "Доставка слишком часто опаздывает.",
        "Мы ждали всё утро, но никто не приехал.",
        "Опять задержка, и нашему клиенту пришлось ждать.",
    ),
    "damaged": (
        "Одна коробка пришла мятой, а товар внутри был разбит.",
        "В посылке не хватало двух позиций.",
        "При распаковке оборудование оказалось поцарапанным.",
        "Картон был порван и наполовину промок.",
    ),
    "slow_answer": (
        "Ответа мы ждали целую неделю.",
        "Никто не перезванивает, хотя обещают.",
        "Я полчаса ждал на линии.",
        "На моё письмо до сих пор не ответили.",
    ),
    "price": (
        "Цены слишком сильно выросли.",
        "За то, что мы получаем, стало дорого.",
        "Другие предлагают то же самое дешевле.",
        "Надбавки к цене трудно объяснить.",
    ),
    "invoice": (
        "Счёт снова был с ошибкой.",
        "В ваших счетах невозможно разобраться.",
        "За один заказ нам выставили счёт дважды.",
        "Счёт не совпадает с накладной.",
    ),
    "friendly": (
        "Сотрудники всегда приветливы.",
        "Водитель был очень любезен и помог нам всё занести.",
        "С сотрудниками на стойке приятно иметь дело.",
        "Девушка по телефону была вежлива и знала своё дело.",
    ),
    "dependable": (
        "Всё приходит точно так, как договорились.",
        "На вас можно положиться из года в год.",
        "Пока никаких проблем, работаете очень надёжно.",
        "Вы держите слово, а это главное.",
    ),
    "tracking": (
        "Мне нравится, что видно, где моя посылка.",
        "Отслеживание работает хорошо и избавляет нас от звонков.",
        "Страница отслеживания понятная и всегда актуальная.",
        "Хорошо, что вы сообщаете о приезде водителя заранее.",
    ),
}

#: Sentences by language, then theme.
SENTENCES: Mapping[str, Phrases] = {"en": _EN, "es": _ES, "sl": _SL, "ru": _RU}

OPENINGS: Phrases = {
    "en": ("To be honest:", "Frankly:", "One remark:", "In short:"),
    "es": ("Sinceramente:", "Para ser franco:", "Una observación:", "En resumen:"),
    "sl": ("Iskreno:", "Po pravici povedano:", "Ena pripomba:", "Na kratko:"),
    "ru": ("Честно говоря:", "Скажу прямо:", "Одно замечание:", "Коротко:"),
}
CLOSINGS: Phrases = {
    "en": ("That is all.", "Thank you for asking.", "Kind regards."),
    "es": ("Eso es todo.", "Gracias por preguntar.", "Un saludo."),
    "sl": ("To je vse.", "Hvala, ker ste vprašali.", "Lep pozdrav."),
    "ru": ("Это всё.", "Спасибо, что спросили.", "С уважением."),
}
#: How a letter begins.
SALUTATIONS: Mapping[str, str] = {
    "en": "Dear Varlund team,",
    "es": "Estimado equipo de Varlund:",
    "sl": "Spoštovani,",
    "ru": "Здравствуйте!",
}
#: With an e-mail address and with a telephone number; no one has either.
CONTACT_ME: Mapping[str, tuple[str, str]] = {
    "en": (
        "Please write to buyer{number}@example.com.",
        "Please call me on +44 7700 900{number}.",
    ),
    "es": (
        "Escríbanme a compras{number}@example.com.",
        "Llámenme al +34 600 000 {number}.",
    ),
    "sl": (
        "Pišite mi na nabava{number}@example.com.",
        "Pokličite me na +386 40 000 {number}.",
    ),
    "ru": (
        "Напишите мне на zakupki{number}@example.com.",
        "Позвоните мне по номеру +7 900 000-0{number:.1}-{number:.2}.",
    ),
}
#: How a post begins, with a place and a day of the week.
POSTED: Phrases = {
    "en": (
        "{branch}, {day}.",
        "This {day} with Varlund in {branch}.",
        "#varlund {branch}, {day} again.",
        "Parcel via {branch}, {day}.",
        "Varlund {branch} on a {day}.",
    ),
    "es": (
        "{branch}, {day}.",
        "Este {day} con Varlund en {branch}.",
        "#varlund {branch}, otra vez {day}.",
        "Paquete por {branch}, {day}.",
        "Varlund {branch}, un {day}.",
    ),
    "sl": (
        "{branch}, {day}.",
        "Varlund, poslovalnica {branch}, {day}.",
        "#varlund {branch}, spet {day}.",
        "Paket prek poslovalnice {branch}, {day}.",
        "Varlund {branch}: {day}.",
    ),
    "ru": (
        "{branch}, {day}.",
        "Varlund, пункт {branch}, {day}.",
        "#varlund {branch}, снова {day}.",
        "Посылка через {branch}, {day}.",
        "Varlund {branch}: {day}.",
    ),
}
WEEKDAYS: Phrases = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "sl": ("ponedeljek", "torek", "sreda", "četrtek", "petek", "sobota", "nedelja"),
    "ru": (*("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),),
}
#: Posts of Varlund itself; in English also a complaint that was copied, and a machine's offer.
REPEATED: Phrases = {
    "en": (
        "News from our depots, part {number}: see what is new this month.",
        "Varlund lost my pallet for nine days: the delivery came late and nobody calls back.",
        "Parcel vouchers number {number}: click and win friendly prices today!",
    ),
    "es": ("Noticias de nuestros centros, parte {number}: vea las novedades de este mes.",),
    "sl": ("Novice iz naših centrov, {number}. del: poglejte, kaj je novega ta mesec.",),
    "ru": ("Новости наших центров, часть {number}: смотрите, что нового в этом месяце.",),
}
