// Asks the server; what it refuses is an error with its own words.

const base = new URL("./", location.href);

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function address(path) {
  return new URL(path, base).href;
}

// The answer as an object, null for an empty one; with a body it is a POST.
export async function ask(path, body) {
  const post = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let answer;
  let content;
  try {
    answer = await fetch(address(path), body === undefined ? {} : post);
    if (answer.status === 204) return null;
    content = await answer.json();
  } catch {
    throw new Refused(0, "textrm does not answer: it was stopped, or the machine slept. Its work is kept; start it again.");
  }
  if (!answer.ok) throw new Refused(answer.status, content.error);
  return content;
}
