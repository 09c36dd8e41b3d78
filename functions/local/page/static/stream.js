// What the server tells as it happens. When the line breaks it is taken up again, from the beginning.

const AGAIN_MS = 1000;

// `tell` hears whether the line stands, `heard` has a function for each event.
export function listen(tell, heard) {
  const line = new EventSource("/page/stream");
  for (const [name, hear] of Object.entries(heard)) {
    line.addEventListener(name, (event) => hear(JSON.parse(event.data)));
  }
  line.onopen = () => tell(true);
  line.onerror = () => {
    line.close();
    tell(false);
    setTimeout(listen, AGAIN_MS, tell, heard);
  };
}
